// Draws the verdict of a gate: data.gate is what --json writes, data.history what `assay history --json`
// says of the same file, or null.
const gate = data.gate, history = data.history;
const kColors = {regressed: '#c9574b', 'different outputs': '#c9574b', failed: '#c9574b', improved: '#1a9b6c', ok: '#2f6fde'};
const kOpen = '#b98a1f', kQuiet = '#8a94a6';
const colorOf = (verdict) => kColors[verdict] ?? kOpen;

const signed = (x, n = 2) => (x >= 0 ? '+' : '') + (100 * x).toFixed(n);
const interval = (x) => x.lo === null || x.hi === null ? '' : ` [${signed(x.lo)}, ${signed(x.hi)}]`;
const estimate = (x) => x.value === null ? '–' : `${signed(x.value)} %` + interval(x);
const whole = (x) => x.value !== null && x.lo !== null && x.hi !== null;

// Intervals as bars, their values as ticks on them; `rows` have a label, a color, and {value, lo, hi}.
function intervals(parent, id, rows, unit, factor, more = []) {
  const least = Math.min(0, ...rows.map((row) => row.at.lo)), most = Math.max(0, ...rows.map((row) => row.at.hi));
  const half = 0.0025 * factor * Math.max(most - least, 1e-12);
  const fill = rows.map((row) => row.color);
  const box = [
    {label: 'value', backgroundColor: fill, barThickness: 14, grouped: false,
     data: rows.map((row) => [factor * row.at.value - half, factor * row.at.value + half])},
    {label: 'interval', backgroundColor: fill.map((name) => name + '80'), barThickness: 6, grouped: false,
     data: rows.map((row) => [factor * row.at.lo, factor * row.at.hi])},
    ...more,
  ];
  chart(parent, id, 'bar', box, {x: {text: unit}, y: {text: '', ticks: {autoSkip: false}}},
        {labels: rows.map((row) => row.label), indexAxis: 'y', noLegend: true,
         label: (item) => `${digits(factor * rows[item.dataIndex].at.value)} [${digits(factor * rows[item.dataIndex].at.lo)}, ${digits(factor * rows[item.dataIndex].at.hi)}]`});
  parent.lastElementChild.style.height = `${5 + 1.4 * rows.length}rem`;
}

function heading() {
  document.title = 'Gate: ' + gate.status.replace('_', ' ');
  const title = document.getElementById('title');
  title.textContent = 'Gate: ';
  element('span', gate.status.replace('_', ' '), title, gate.status);
  document.getElementById('outcome').textContent = gate.verdict;
}

function findings() {
  const found = gate.cases.filter((one) => one.again);
  if (found.length === 0) return;
  const part = section('Findings', 'Each with the command that looks at it again.');
  for (const one of found) {
    const what = one.verdict === 'different outputs' ? `computes something else: ${one.note}` : `slower by ${estimate(one.slowdown)}`;
    element('p', `${one.name}: ${what}`, part);
    element('pre', one.again, part);
  }
}

function slowdowns() {
  const timed = gate.cases.filter((one) => whole(one.slowdown)).sort((a, b) => b.slowdown.value - a.slowdown.value);
  if (timed.length === 0) return;
  const part = section('Slowdown by case', `Candidate against base, with ${digits(100 * timed[0].slowdown.level)} % intervals; up to ${signed(gate.limit)} % is tolerated, of models ${signed(gate.model_limit)} %. ` +
                       'Red is slower, green faster, blue within the limit, yellow open.');
  intervals(part, 'slowdowns', timed.map((one) => ({label: one.name, color: colorOf(one.verdict), at: one.slowdown})), '% slower', 100);
}

function layers() {
  gate.cases.filter((one) => one.layers?.steps?.length > 0).forEach((one, i) => {
    const shown = one.layers.steps.filter((step) => whole(step.difference_s));
    if (shown.length === 0) return;
    const named = one.layers.steps.filter((step) => step.explains).map((step) => step.name);
    const part = section(`Layers of ${one.name}`, `${one.layers.sentence}. Intervals hold together.`);
    intervals(part, `layers-${i}`, shown.map((step) => ({
      label: step.name, color: named.includes(step.name) ? kColors.regressed : kQuiet, at: step.difference_s})), 'µs more than the base', 1e6);
  });
}

function cases() {
  const part = section('Cases');
  table(part, ['case', 'base', 'candidate', 'slowdown', 'processes', 'verdict', 'note'], gate.cases.map((one) => [
    one.name, one.base_s > 0 ? seconds(one.base_s) : '–', one.candidate_s > 0 ? seconds(one.candidate_s) : '–', estimate(one.slowdown),
    one.log_ratios.length + one.confirmation.length, one.verdict,
    [one.note, one.dispatch_changed ? `${one.base_variant} → ${one.candidate_variant}` : ''].filter(Boolean).join('; ')]));
}

function overRuns() {
  if (!history) return;
  const here = history.series.filter((one) => one.machine === gate.machine.fingerprint && one.base === gate.base);
  const part = section('Over history', here.length > 0
      ? `Ratios to ${gate.base} on this machine, run after run, with ${digits(100 * history.level)} % intervals.`
      : `No case has two runs against ${gate.base} on this machine yet.`);
  for (const one of here) {
    for (const shift of one.shifts) {
      element('p', `${one.case}: ${shift.slower ? 'slower' : 'faster'} by ${estimate({value: shift.size, lo: shift.lo, hi: shift.hi})} since ${shift.revision} (before: ${shift.revision_before})`, part);
    }
  }
  const grid = element('div', undefined, part, 'pair');
  here.forEach((one, i) => {
    const last = one.shifts.at(-1);
    const fill = last ? (last.slower ? kColors.regressed : kColors.improved) : kColors.ok;
    chart(grid, `history-${i}`, 'line', [
      {label: one.case, borderColor: fill, backgroundColor: fill, pointRadius: 3, borderWidth: 1, data: one.runs.map((run) => 100 * run.slowdown)},
      {label: 'interval', type: 'bar', backgroundColor: fill + '60', barThickness: 5, data: one.runs.map((run) => [100 * run.lo, 100 * run.hi])},
    ], {x: {text: ''}, y: {text: '% slower'}}, {labels: one.runs.map((run) => run.revision)});
  });
}

function trust() {
  const part = section('Whether it may be believed', gate.invalid || 'The controls came out as they must.');
  table(part, ['control', 'must be', 'is', 'verdict'], Object.entries(gate.controls).map(([name, control]) =>
      [name === 'null' ? 'an identical copy' : 'more work', `${signed(control.work - 1)} %`, estimate(control.slowdown), control.verdict]));
}

function origin() {
  const machine = gate.machine;
  const part = section('Where and when');
  table(part, ['', ''], [
    ['base', gate.base], ['candidate', gate.candidate],
    ['date', new Date(1000 * gate.unix_time).toISOString().slice(0, 16).replace('T', ' ') + ' UTC'],
    ['machine', `${machine.cpu_brand}, ${machine.vcpus} CPUs, ${machine.isas}`], ['fingerprint', machine.fingerprint],
    ['system', [machine.kernel, machine.libc, machine.hypervisor].filter(Boolean).join(', ')], ['assay built by', `${machine.compiler}, ${machine.flags}`],
    ['took', `${digits(gate.seconds)} s, ${gate.processes} processes, seed ${gate.seed}`],
    ['meanwhile', `steal ${(100 * gate.steal_share).toFixed(1)} % of the timed seconds, ${(100 * gate.cpu_share).toFixed(0)} % of them on a CPU, ${digits(gate.involuntary_switches_per_s)} involuntary switches per second`],
  ]);
}

draw([heading, findings, slowdowns, layers, overRuns, cases, trust, origin]);
