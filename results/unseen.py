"""What models that a search selected are worth on samples that no search has seen, for strategies.py.

A front looks the better on the samples it was selected on, and the more so the more candidates of
nearly the same worth were tried. So `assay evaluate` judges its models elsewhere: accuracies on all
of the judge's samples, latencies in rounds of its own with fp32.
"""
import numpy

RESAMPLES = 2000
FP32 = 0  # The first model of an evaluation; the last is the search's winner, between them the front.


class Judged:
    """The models of one search. outcomes: [models, samples]; latency: [models], shares of fp32's."""

    def __init__(self, evaluation, limit):
        models = evaluation["models"]
        series = [evaluation["series"][model["name"]]["accuracy"] for model in models]
        self.limit = limit
        self.outcomes = numpy.array([unpacked(each["outcomes"]) for each in series])
        self.latency = [1.0] + [ratio(model, "performance") for model in models[1:]]
        self.agreement = [1.0] + [model["agreement"]["value"] for model in models[1:]]

    def loss(self, model, weights=None):
        """Of accuracy; weights: [resamples, samples], how often each sample counts."""
        difference = self.outcomes[FP32] - self.outcomes[model]
        return difference.mean() if weights is None else weights @ difference / difference.size

    def hypervolume(self, weights=None):
        """Of the front, in percent of the rectangle between the criterion's target and fp32's
        accuracy, and between no time and fp32's. What misses the target adds nothing."""
        front = range(FP32 + 1, len(self.latency) - 1)
        area = reached = 0.0
        for model in sorted(front, key=lambda model: self.latency[model]):
            room = numpy.maximum(1 - self.loss(model, weights) / self.limit, reached)
            area = area + (room - reached) * max(1 - self.latency[model], 0)
            reached = room
        return 100 * area


def ratio(model, name):
    return next(objective["versus_baseline"]["value"] for objective in model["objectives"]
                if objective["name"] == name)


def unpacked(outcomes):
    """One number per sample: those that are all 0 or 1 come as hexadecimal digits."""
    if isinstance(outcomes, list):
        return outcomes
    bits = "".join(f"{int(digit, 16):04b}" for digit in outcomes["bits"])
    return [float(bit) for bit in bits[:outcomes["count"]]]


def lower_bound(ours, theirs, level):
    """Of the mean lead in hypervolume over all seeds, one-sided, by the judge's samples (bootstrap):
    all seeds share these, so that a test over seeds takes the samples' luck for a lead."""
    samples = ours[0].outcomes.shape[1]
    weights = numpy.random.default_rng(1).multinomial(
        samples, numpy.full(samples, 1 / samples), size=RESAMPLES)
    leads = [mine.hypervolume(weights) - other.hypervolume(weights)
             for mine, other in zip(ours, theirs)]
    return float(numpy.quantile(sum(leads) / len(leads) + numpy.zeros(RESAMPLES), level))
