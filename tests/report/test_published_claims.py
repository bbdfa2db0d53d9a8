"""What a text claims of autoencoders, answered from this run's numbers."""

from dataclasses import replace

import pytest

from pipeline.evaluation import reconstruction
from pipeline.report import published_claims


def test_claims_are_answered_by_their_numbers(made):
    results = made()
    specific, lossy, projections, before_tsne = (answer for _, answer in published_claims.claims(results))
    assert specific.startswith("It holds here") and "20.0 %" in specific and "66.7 % or more" in specific
    # PCA's error is 2 / size and JPEG's 9 / bytes; 0.61 is reached with 4 components, and with 20 bytes.
    assert "deep leaves less" in lossy and "JPEG needs 6.7 times the bytes" in lossy and "deep beats it" in lossy
    assert published_claims.table(results).rows[1][1:8] == ["20.0", "100.0", "133.3", "66.7", "3", "4", "20"]
    assert all(number in projections for number in ("(70.0)", "(97.0)")) and "no interval" not in projections
    raw, pca = before_tsne.split(". ")
    assert "raw data" in raw and "undecided: deep" in raw and "worse: deep" in pca


@pytest.mark.parametrize("kind", ["vector", "sequence"])
def test_jpeg_is_spoken_of_with_images_only(made, page_of, kind, remeasured):
    results = made(kind=kind, n=60)
    without = results.rate_distortion[results.rate_distortion["source"] != "jpeg"]
    html = page_of(remeasured(replace(results, rate_distortion=without)))
    assert "JPEG" not in html and "They are lossy.</strong>" in html


@pytest.mark.parametrize("worse", ["shuffled", "noise"])
def test_a_claim_fails_where_out_of_distribution_inputs_are_reconstructed_as_well(made, worse):
    results = made(n=60)
    results.robustness.loc[results.robustness["trial"] == worse, ["error", "low", "high"]] = [0.6, 0.55, 0.65]
    _, robustness = reconstruction.shares_of_variance(results.reconstruction, results.robustness)
    assert published_claims.claims(replace(results, robustness=robustness))[0][1].startswith("It does not hold here")
