// Draws the report of a tuning run.
const result = data.result, trials = data.trials;
const kFp32 = '#8a94a6', kInt8 = '#2f6fde', kFront = '#1a9b6c', kRefused = '#c9574b';

const isAccuracy = (objective) => objective.name === 'accuracy' || objective.of === 'accuracy';
const isShare = (objective) => isAccuracy(objective) && !objective.unit;
// All of a model; behind accuracy what it does not show already of several metrics.
const objectivesOf = (model) => model.objectives.flatMap((objective) => [objective,
  ...(objective.metrics ?? []).filter((metric, i) => i > 0 || metric.value !== objective.value)
                              .map((metric) => ({...metric, of: objective.name}))]);
function value(objective) {
  const x = objective.value;
  if (x === null || x === undefined) return '–';
  if (objective.unit === 's') return seconds(x);
  if (objective.unit === 'bytes') return bytes(x);
  if (isShare(objective)) return (100 * x).toFixed(2) + ' %';
  return digits(x, 4) + (objective.unit ? ' ' + objective.unit : '');
}
const find = (model, name) => model.objectives.find((objective) => objective.name === name);
const span = (interval, text) => interval ? ` [${text(interval.low)}, ${text(interval.high)}]` : '';
const points = (x) => (x > 0 ? '+' : '') + (100 * x).toFixed(2);

// "2.54x [2.50, 2.58]": the change of a time turned over, so that more is faster.
function speedUp(model) {
  const change = find(model, 'performance')?.versus_baseline;
  if (!change || change.kind !== 'ratio' || !(change.value > 0)) return null;
  const interval = change.interval && {low: 1 / change.interval.high, high: 1 / change.interval.low};
  return {x: 1 / change.value, text: `${(1 / change.value).toFixed(2)}x` + span(interval, (x) => x.toFixed(2))};
}
// Points of a share; else the metric's own unit.
function changeOf(objective) {
  const change = objective?.versus_baseline;
  if (!change || change.kind !== 'difference') return null;
  const text = isShare(objective) ? points : (x) => (x > 0 ? '+' : '') + digits(x);
  return {x: change.value, text: text(change.value) + (isShare(objective) ? ' points' : '') + span(change.interval, text)};
}
const accuracyChange = (model) => changeOf(find(model, 'accuracy'));
function smaller(model) {
  const now = find(model, 'modelsize')?.value, before = find(result.baseline, 'modelsize')?.value;
  return now > 0 && before > 0 ? before / now : null;
}

function outcome() {
  const best = result.best?.model;
  if (!best) return 'No trial was finished.';
  const parts = [];
  const speed = speedUp(best), accuracy = accuracyChange(best), size = smaller(best);
  if (speed) parts.push(`runs ${speed.text} as fast as fp32`);
  if (accuracy) parts.push(`changes its accuracy by ${accuracy.text}`);
  if (size) parts.push(`is ${size.toFixed(2)}x smaller`);
  const ends = {
    satisfied: 'It meets what was asked for' + (result.confirmed ? ', confirmed on samples that selected no trial.' : '.'),
    no_gain: 'Nothing that meets the criterion is better than fp32, which is what was written.',
    best_effort: 'It does not meet what was asked for: it is the closest of all.',
    interrupted: 'The search was interrupted: it is the best so far.',
  };
  return `Of ${trials.length} trials, ${best.name} ${parts.join(', ')}. ${ends[result.status] ?? ''}`;
}

function heading() {
  const name = result.model.name || result.model.path;
  document.title = name + ' – Assay';
  const title = document.getElementById('title');
  title.textContent = name + ': ';
  element('span', result.status.replace('_', ' '), title, result.status);
  document.getElementById('outcome').textContent = outcome();
}

function asked() {
  const criterion = result.accuracy_criterion, lines = [];
  const limit = criterion.relative !== undefined ? `${digits(100 * criterion.relative)} % of fp32's accuracy`
                                                 : `${digits(criterion.absolute)} in accuracy`;
  lines.push(['may lose', limit + (criterion.confidence ? `, at ${digits(100 * criterion.confidence)} % confidence` : '')]);
  const weights = result.asked.weight ?? [];
  lines.push(['objectives', result.asked.objectives.map((name, i) =>
      weights.length > 1 ? `${name} (${digits(weights[i])})` : name).join(', ')]);
  for (const [name, limit] of Object.entries(result.constraints ?? {})) lines.push([name, limit]);
  lines.push(['strategy', `${result.strategy}, seed ${result.random_seed}`]);
  const part = section('What was asked');
  table(part, ['', ''], lines);
}

function models() {
  const best = result.best?.model;
  const of = best ? objectivesOf(best) : [];
  const rows = objectivesOf(result.baseline).map((objective) => {
    const other = of.find((each) => each.name === objective.name && each.of === objective.of);
    const change = isAccuracy(objective) ? changeOf(other)?.text
                 : objective.name === 'performance' ? best && speedUp(best)?.text
                 : other && objective.value > 0 && other.value > 0 ? `${(objective.value / other.value).toFixed(2)}x less` : '';
    return [objective.name, value(objective) + span(objective.interval, (x) => value({...objective, value: x})),
            other ? value(other) + span(other.interval, (x) => value({...other, value: x})) : '–', change ?? ''];
  });
  rows.push(['multiply-adds in int8', (100 * result.baseline.int8_share_of_macs).toFixed(0) + ' %',
             best ? (100 * best.int8_share_of_macs).toFixed(0) + ' %' : '–', '']);
  const part = section('fp32 and the chosen model', 'Medians and means with their 95 % intervals; changes are paired, sample by sample and round by round.');
  table(part, ['', 'fp32', best ? best.name : 'none', 'change'], rows);
}

const plotted = () => trials.map((trial) => ({
  trial: trial.trial, feasible: trial.feasible, speed: speedUp(trial.model)?.x,
  accuracy: find(trial.model, 'accuracy')?.value, loss: accuracyChange(trial.model)?.x,
  size: find(trial.model, 'modelsize')?.value,
}));

function pareto() {
  const all = plotted().filter((point) => point.accuracy !== undefined && point.accuracy !== null);
  const timed = all.filter((point) => point.speed);
  const axis = timed.length > 0 ? 'speed' : 'size';
  const shown = all.filter((point) => point[axis]);
  if (shown.length === 0) return;
  const front = new Set(result.pareto_front.map((point) => point.trial));
  const best = result.best?.trial;
  const at = (point) => ({x: axis === 'speed' ? point.speed : point.size / 1e6, y: 100 * point.accuracy, trial: point.trial});
  const group = (label, fill, radius, wanted) => ({label, backgroundColor: fill, pointRadius: radius, pointHoverRadius: radius + 2,
                                                   data: shown.filter(wanted).map(at)});
  const left = trials.length - shown.length;
  const part = section('Accuracy and ' + (axis === 'speed' ? 'speed' : 'size'),
                       left > 0 ? `${left} of ${trials.length} trials were stopped early as hopeless, or not timed, and are not here.` : '');
  chart(part, 'pareto', 'scatter', [
    group('chosen', kInt8, 8, (p) => p.trial === best),
    group('Pareto front', kFront, 6, (p) => front.has(p.trial) && p.trial !== best),
    group('feasible', kFp32, 4, (p) => p.feasible && !front.has(p.trial) && p.trial !== best),
    group('not feasible', kRefused, 4, (p) => !p.feasible && !front.has(p.trial) && p.trial !== best),
    {label: 'fp32', backgroundColor: color('ink'), pointStyle: 'rectRot', pointRadius: 7,
     data: [{x: axis === 'speed' ? 1 : find(result.baseline, 'modelsize')?.value / 1e6, y: 100 * (find(result.baseline, 'accuracy')?.value ?? NaN), trial: 0}]},
  ], {x: {text: axis === 'speed' ? 'times as fast as fp32' : 'MB'}, y: {text: 'accuracy, %'}},
  {label: (item) => `${item.raw.trial ? 'trial ' + item.raw.trial : 'fp32'}: ${digits(item.raw.x)}, ${item.raw.y.toFixed(2)} %`});
}

function overTime() {
  const all = plotted();
  if (all.length < 2) return;
  const labels = all.map((point) => point.trial);
  const fill = all.map((point) => point.feasible ? kFront : kRefused);
  const part = section('Trials, in turn', 'Green ones meet the criterion and the constraints.');
  const pair = element('div', undefined, part, 'pair');
  chart(pair, 'losses', 'bar', [{label: 'change of accuracy, points', backgroundColor: fill,
                                 data: all.map((point) => point.loss === undefined ? null : 100 * point.loss)}],
        {x: {text: 'trial'}, y: {text: 'points'}}, {labels});
  if (all.some((point) => point.speed)) {
    chart(pair, 'speeds', 'bar', [{label: 'times as fast as fp32', backgroundColor: fill, data: all.map((point) => point.speed ?? null)}],
          {x: {text: 'trial'}, y: {text: 'times', beginAtZero: true}}, {labels});
  }
}

function layers() {
  const part = data.layers ?? [];
  if (part.length === 0) return;
  const place = section('Time by layer', 'Of the fp32 model and of the chosen one, measured when this report was written; what is fused into a layer counts with it.');
  const box = [{label: 'fp32', backgroundColor: kFp32, data: part.map((layer) => layer.fp32_s * 1e6)},
               {label: 'chosen', backgroundColor: kInt8, data: part.map((layer) => layer.best_s * 1e6)}];
  chart(place, 'layers', 'bar', box, {x: {text: 'µs', beginAtZero: true}, y: {text: '', ticks: {autoSkip: false}}},
        {labels: part.map((layer) => layer.node), indexAxis: 'y'});
  place.querySelector('.chart').style.height = `${6 + 1.5 * part.length}rem`;
}

function latencies() {
  const series = Object.entries(data.latencies ?? {}).filter(([, values]) => values.length > 1);
  if (series.length === 0) return;
  const all = series.flatMap(([, values]) => values).sort((x, y) => x - y);
  const low = all[0], high = all[Math.min(all.length - 1, Math.ceil(0.99 * all.length))], kBins = 40;
  const bin = (x) => Math.min(kBins - 1, Math.max(0, Math.floor((x - low) / (high - low) * kBins)));
  const fills = [kFp32, kInt8];
  const place = section('Latencies', 'Of single inferences, the two models in turns; the last bar has all that were slower.');
  chart(place, 'latencies', 'bar', series.map(([label, values], i) => {
    const counts = new Array(kBins).fill(0);
    for (const x of values) counts[bin(x)] += 1 / values.length;
    return {label, backgroundColor: fills[i % 2], categoryPercentage: 1, barPercentage: 1, data: counts.map((share) => 100 * share)};
  }), {x: {text: 'latency', stacked: true}, y: {text: '% of inferences', beginAtZero: true}},
  {labels: Array.from({length: kBins}, (_, i) => seconds(low + (high - low) * (i + 0.5) / kBins))});
}

function configuration() {
  const best = result.best;
  if (!best) return;
  const made = element('details', undefined, document.getElementById('main'));
  element('summary', `The configuration of ${best.model.name}`, made);
  element('p', `calibration ${best.calibration.algorithm}; recipes ${best.recipes.join(', ') || 'none'}`, made, 'note');
  table(made, ['operator', 'precision'], Object.entries(best.config));
  const kernels = best.model.variants;
  if (!kernels) return;
  element('p', 'Kernel variants, measured on this machine; times are those of dispatch\'s pick by the best other\'s.', made, 'note');
  const ratio = (found) => (found.lo < found.hi ? `${found.ratio.toFixed(2)} [${found.lo.toFixed(2)}, ${found.hi.toFixed(2)}]` : '-');
  table(made, ['shape', 'threads', 'winner', 'dispatch', 'dispatch / best other'], kernels.map((kernel) => [
    kernel.shape, kernel.threads, kernel.variant, kernel.dispatch, ratio(kernel.dispatch_to_best_other)]));
}

function origin() {
  const machine = result.machine;
  const part = section('Where and when');
  table(part, ['', ''], [
    ['model', result.model.path], ['written', result.best_file],
    ['date', new Date(1000 * result.unix_time).toISOString().slice(0, 16).replace('T', ' ') + ' UTC'],
    ['machine', `${machine.cpu_brand}, ${machine.vcpus} CPUs, ${machine.isas}`],
    ['assay', `${result.versions.assay}, ${machine.compiler}`],
  ]);
  for (const warning of result.warnings) element('p', warning, part, 'note');
}

draw([heading, asked, models, pareto, overTime, layers, latencies, configuration, origin]);
