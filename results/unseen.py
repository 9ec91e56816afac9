"""What models that a search selected are worth on samples that no search has seen, for strategies.py.

A front looks the better on the samples it was selected on, and the more so the more candidates of
nearly the same worth were tried. So `assay evaluate` judges its models elsewhere, each alone with
fp32: accuracies on all of the judge's samples, latencies in rounds of these two (among more models
caches are colder, and long fronts would look slow).
"""
import numpy

RESAMPLES = 2000
WINNER = -1  # The last model of those judged; before it the front.


class Judged:
    """The models of one search. lost: by metric [models, samples], what fp32 has more; latency:
    [models], shares of fp32's; limits: by metric, what may be lost; steps: of the models, the most
    accurate first, those that the search takes for a front."""

    def __init__(self, evaluations, limits, promised):
        """evaluations: of fp32 and a model each. promised: of each model of the front, accuracy and
        latency as the search saw them."""
        self.limits = limits
        self.lost = {metric: numpy.array([lost(each, metric) for each in evaluations])
                     for metric in limits}
        self.latency = [ratio(each["models"][1], "performance") for each in evaluations]
        self.steps, fastest = [], 1.0
        for model in sorted(range(len(promised)), key=lambda i: (-promised[i][0], promised[i][1])):
            if promised[model][1] < fastest:
                self.steps.append(model)
                fastest = promised[model][1]

    def loss(self, metric, model, weights=None):
        """weights: [resamples, samples], how often each sample counts."""
        lost = self.lost[metric][model]
        return lost.mean() if weights is None else weights @ lost / lost.size

    def hypervolume(self, metric, weights=None):
        """Of the front, in percent of the rectangle between the metric's target and fp32's value,
        and between no time and fp32's. What misses the target adds nothing. Which model serves
        for which latency is the search's word: the best of several would be luck once more."""
        area, slower = 0.0, 1.0
        for model in self.steps:
            room = numpy.maximum(1 - self.loss(metric, model, weights) / self.limits[metric], 0)
            area = area + room * (slower - self.latency[model])
            slower = self.latency[model]
        return 100 * area


def ratio(model, name):
    return next(objective["versus_baseline"]["value"] for objective in model["objectives"]
                if objective["name"] == name)


def lost(evaluation, metric):
    """[samples]: fp32's outcomes less the model's."""
    fp32, model = (unpacked(evaluation["series"][each["name"]]["accuracy"], metric)
                   for each in evaluation["models"])
    return fp32 - model


def unpacked(series, metric):
    """One number per sample: those that are all 0 or 1 come as hexadecimal digits."""
    outcomes = next(each["outcomes"] for each in series["metrics"] if each["name"] == metric)
    if isinstance(outcomes, list):
        return numpy.array(outcomes)
    bits = "".join(f"{int(digit, 16):04b}" for digit in outcomes["bits"])
    return numpy.array([float(bit) for bit in bits[:outcomes["count"]]])


def lower_bound(metric, ours, theirs, level):
    """Of the mean lead in hypervolume over all seeds, one-sided, by the judge's samples (bootstrap):
    all seeds share these, so that a test over seeds takes the samples' luck for a lead."""
    samples = ours[0].lost[metric].shape[1]
    weights = numpy.random.default_rng(1).multinomial(
        samples, numpy.full(samples, 1 / samples), size=RESAMPLES)
    leads = [mine.hypervolume(metric, weights) - other.hypervolume(metric, weights)
             for mine, other in zip(ours, theirs)]
    return float(numpy.quantile(sum(leads) / len(leads) + numpy.zeros(RESAMPLES), level))
