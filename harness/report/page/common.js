// What the pages of HTML share: their data, elements, numbers, charts. Names of a model or of a case are
// whatever their authors chose: they reach the page as text, never as markup.
'use strict';

const data = JSON.parse(document.getElementById('data').textContent);
const style = getComputedStyle(document.documentElement);
const color = (name) => style.getPropertyValue('--' + name).trim();

function element(tag, text, parent, name) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  if (name) made.className = name;
  if (parent) parent.append(made);
  return made;
}

function section(title, note) {
  const made = element('section', undefined, document.getElementById('main'));
  element('h2', title, made);
  if (note) element('p', note, made, 'note');
  return made;
}

function table(parent, header, rows) {
  const made = element('table', undefined, parent);
  const head = element('tr', undefined, element('thead', undefined, made));
  for (const cell of header) element('th', cell, head);
  const body = element('tbody', undefined, made);
  for (const row of rows) {
    const line = element('tr', undefined, body);
    for (const cell of row) element('td', cell, line);
  }
}

// Numbers.
const digits = (x, n = 3) => Number(x.toPrecision(n)).toLocaleString('en-US', {maximumSignificantDigits: n});
function scaled(x, steps) {
  for (const [factor, unit] of steps) {
    if (Math.abs(x) >= factor) return digits(x / factor) + ' ' + unit;
  }
  return digits(x / steps.at(-1)[0]) + ' ' + steps.at(-1)[1];
}
const seconds = (x) => scaled(x, [[1, 's'], [1e-3, 'ms'], [1e-6, 'µs'], [1e-9, 'ns']]);
const bytes = (x) => scaled(x, [[1e9, 'GB'], [1e6, 'MB'], [1e3, 'KB'], [1, 'B']]);

// Charts.
const drawn = [];
function chart(parent, id, type, datasets, scales, more = {}) {
  const canvas = element('canvas', undefined, element('div', undefined, parent, 'chart'));
  canvas.id = id;
  for (const scale of Object.values(scales)) {
    scale.grid = {color: color('line')};
    scale.ticks = {...scale.ticks, color: color('soft')};
    scale.title = {display: true, text: scale.text, color: color('soft')};
  }
  new Chart(canvas, {
    type,
    data: {labels: more.labels, datasets},
    options: {
      animation: false, responsive: true, maintainAspectRatio: false, indexAxis: more.indexAxis ?? 'x', scales,
      plugins: {
        legend: {display: !more.noLegend, labels: {color: color('ink'), boxWidth: 12}},
        tooltip: {callbacks: more.label ? {label: more.label} : {}},
      },
    },
  });
  drawn.push(id);
}

Chart.defaults.font.family = 'system-ui, sans-serif';

// Makes the parts of a page, and leaves what a test looks at: the charts that have something on them.
function draw(parts) {
  for (const part of parts) part();
  document.body.dataset.drawn = drawn.filter((id) => {
    const canvas = document.getElementById(id);
    const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
    return pixels.some((byte) => byte !== 0);
  }).join(' ');
}
