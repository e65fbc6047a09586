"""Figures one can trust: contenders of known worth get the figures they must have."""

import json
import math

import numpy as np
import pytest

from lab_colorize.colour.psnr import psnr
from lab_colorize.errors import ModelMissing, UsageProblem
from lab_colorize.evaluation.contenders import CONSTANT, GREY, baseline, contenders_named
from lab_colorize.evaluation.figures import FIGURES
from lab_colorize.evaluation.measure import measure
from lab_colorize.evaluation.pairing import RANKED, pair
from lab_colorize.evaluation.summary import ranked, summarize

from .conftest import knowing


def test_a_model_that_answers_zero_has_the_grey_baselines_figures_exactly(photo_set, zero_model):
    evaluation = measure(photo_set, contenders_named([zero_model]), workers=2)
    for one in evaluation.measured:
        assert one.figures["zero"] == one.figures[GREY]


def test_one_that_answers_the_truth_is_nearly_perfect(photo_set):
    evaluation = measure(photo_set, [knowing(photo_set)], workers=2)
    assert min(evaluation.values("truth", "psnr")) > 45
    assert max(evaluation.values("truth", "ciede2000")) < 1
    assert min(evaluation.values("truth", "ssim")) > 0.99


def test_a_model_is_measured_through_the_very_code_of_colorize(photo_set, tiny_model):
    from lab_colorize.colouring.colorizer import Colorizer
    from lab_colorize.evaluation.comparison import compared

    evaluation = measure(photo_set, contenders_named([tiny_model], saturation=0.5), workers=1)
    photograph = photo_set.photographs[0]
    pixels = photo_set.pixels_of(photograph)
    grey = np.repeat(pixels[..., :1], 3, axis=2)
    assert not np.array_equal(pixels, grey)
    coloured = Colorizer(tiny_model).colorize(pixels, saturation=0.5)
    assert [evaluation.measured[0].figures["tiny"]] == compared(pixels, [coloured])[1]


def test_no_constant_colour_is_nearer_to_the_set_than_the_constant_baseline(photo_set):
    a, b = photo_set.mean_ab
    others = [baseline(f"{da} {db}", (a + da, b + db)) for da, db in ((8, 0), (-8, 0), (0, 8), (0, -8))]
    evaluation = measure(photo_set, others, workers=2)
    errors = {label: np.mean(evaluation.values(label, "ab_mse")) for label in evaluation.labels}
    assert min(errors, key=errors.__getitem__) == CONSTANT


def test_the_number_of_workers_changes_nothing(photo_set, tiny_model):
    one, three = (measure(photo_set, contenders_named([tiny_model]), workers=n) for n in (1, 3))
    assert [m.figures for m in one.measured] == [m.figures for m in three.measured]


def test_both_psnrs_of_a_set_are_what_their_names_say(evaluated):
    evaluation = evaluated([0.4])
    summary = summarize(evaluation, "share 0.4")
    assert summary.spreads["psnr"].mean == pytest.approx(np.mean(evaluation.values("share 0.4", "psnr")))
    assert summary.psnr_of_mean_mse == pytest.approx(psnr(float(np.mean(evaluation.values("share 0.4", "mse")))))
    assert summary.psnr_of_mean_mse < summary.spreads["psnr"].mean


def test_the_worst_ten_are_the_worst_whichever_way_is_better(photo_set, evaluated, monkeypatch):
    monkeypatch.setattr("lab_colorize.evaluation.summary.WORST", 2)
    evaluation = evaluated([0.4])
    spreads = summarize(evaluation, "share 0.4").spreads
    for key, worst in (("psnr", min), ("ssim", min), ("ciede2000", max), ("mse", max)):
        values = evaluation.values("share 0.4", key)
        assert abs(spreads[key].worst_ten - worst(values)) < abs(spreads[key].worst_ten - spreads[key].median) + 1e-9
        assert spreads[key].worst_ten == pytest.approx(np.mean(sorted(values, reverse=worst is max)[:2]))
    assert spreads["colourfulness"].worst_ten is None
    assert (
        ranked(evaluation, "share 0.4")[0] == min(evaluation.measured, key=lambda m: m.figures["share 0.4"].psnr).name
    )


def test_undefined_figures_leave_the_others_mean_alone(evaluated):
    from dataclasses import replace

    evaluation = evaluated([0.4])
    first, *others = evaluation.measured
    hollow = replace(first.figures["share 0.4"], colourfulness_ratio=math.nan)
    spoiled = replace(evaluation, measured=(replace(first, figures={**first.figures, "share 0.4": hollow}), *others))
    mean = summarize(spoiled, "share 0.4").spreads["colourfulness_ratio"].mean
    assert mean == pytest.approx(np.mean([one.figures["share 0.4"].colourfulness_ratio for one in others]))


def test_the_better_model_is_best_on_every_photograph_and_its_difference_is_clear(evaluated):
    first, second = pair(evaluated([0.2, 0.6]))
    assert (first.best["psnr"], second.best["psnr"]) == (0, 1)
    difference = second.differences["psnr"]
    assert difference.low < difference.mean < difference.high
    assert difference.clear
    assert second.differences["ciede2000"].mean < 0
    assert first.differences == {}


def test_shares_of_the_best_add_up_and_equals_share(photo_set):
    twins = [knowing(photo_set, share=0.3, label=label) for label in ("one", "twin")]
    pairings = pair(measure(photo_set, [*twins, knowing(photo_set, share=0.1)], workers=2))
    for figure in RANKED:
        assert sum(one.best[figure.key] for one in pairings) == pytest.approx(1)
    assert pairings[0].best["psnr"] == pairings[1].best["psnr"] == 0.5


def test_the_interval_is_the_one_that_scipy_finds(evaluated):
    from scipy.stats import bootstrap

    evaluation = evaluated([0.2, 0.6])
    values = np.subtract(*(evaluation.values(f"share {share}", "psnr") for share in (0.6, 0.2)))
    found = pair(evaluation)[1].differences["psnr"]
    oracle = bootstrap([values], np.mean, method="percentile", n_resamples=20_000, rng=1).confidence_interval
    width = oracle.high - oracle.low
    assert found.low == pytest.approx(oracle.low, abs=0.1 * width)
    assert found.high == pytest.approx(oracle.high, abs=0.1 * width)


def test_one_model_alone_is_not_paired(evaluated):
    assert pair(evaluated([0.5])) == []


def test_models_are_found_before_any_photograph_is_opened_and_none_counts_twice(tiny_model):
    with pytest.raises(ModelMissing):
        contenders_named(["no such model"])
    with pytest.raises(UsageProblem, match="twice"):
        contenders_named([tiny_model, tiny_model])


def copied(model, place, **facts):
    """The same weights with another card."""
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(model.read_bytes())
    card = json.loads(model.with_suffix(".json").read_text()) | facts
    place.with_suffix(".json").write_text(json.dumps(card))
    return place


def test_the_same_weights_under_two_names_count_twice_unless_their_cards_differ(tiny_model, photo_set, tmp_path):
    renamed = copied(tiny_model, tmp_path / "renamed.tflite", name="renamed")
    with pytest.raises(UsageProblem, match="twice"):
        contenders_named([tiny_model, renamed])
    stronger = copied(tiny_model, tmp_path / "stronger.tflite", saturation=1.7)
    both = contenders_named([tiny_model, stronger], saturation=None)
    assert [one.label for one in both] == ["tiny", "stronger"]
    for one in measure(photo_set, both, workers=1).measured:
        assert one.figures["stronger"]["colourfulness"] > one.figures["tiny"]["colourfulness"]


def test_two_of_one_name_and_one_file_are_told_apart_by_their_places(tiny_model, tmp_path):
    places = [copied(tiny_model, tmp_path / box / "m.tflite", saturation=1 + n / 4) for n, box in enumerate("ab")]
    labels = [one.label for one in contenders_named(places)]
    assert len(set(labels)) == 2
    assert all(str(place.parent) in label for place, label in zip(places, labels, strict=True))


def test_models_of_one_name_are_told_apart(tiny_model, zero_model, tmp_path):
    for suffix in (".tflite", ".json"):
        (tmp_path / f"tiny{suffix}").write_bytes(zero_model.with_suffix(suffix).read_bytes())
        (tmp_path / f"grey{suffix}").write_bytes(zero_model.with_suffix(suffix).read_bytes())
    labels = [one.label for one in contenders_named([tiny_model, tmp_path / "tiny.tflite"])]
    assert len(set(labels)) == 2
    assert contenders_named([tmp_path / "grey.tflite"])[0].label not in {GREY, CONSTANT}


def test_every_figure_is_finite_on_ordinary_photographs(evaluated):
    for one in evaluated([0.5]).measured:
        assert all(math.isfinite(values[figure.key]) for values in one.figures.values() for figure in FIGURES)
