"""The numbers in the captions of each kind's picture."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.report import encoder_figures, page, published_claims


def test_silent_units_are_counted():
    codes = np.zeros((10, 4))
    codes[:, 0] = 2.0
    codes[:5, 1] = -1.0
    codes[:, 2] = 0.001  # less than a hundredth of the largest
    mean, silent, used = encoder_figures.activity(codes)
    np.testing.assert_allclose(mean, [2, 0.5, 0.001, 0])
    assert silent.tolist() == [False, False, True, True] and used == 1.5


def test_claims_stand_on_their_numbers(made):
    found = made()
    said = dict(published_claims.claims(found))
    assert said["They are data-specific."] == (
        "It holds here that test rows are rebuilt better than pixels that changed places, values turned over, and noise: of "
        "the variance of test rows 20.0 % are left out, of that of the others 66.7 % or more."
    )
    lossy = said["They are lossy, and rarely beat JPEG."]
    # PCA's error is 2 / size and JPEG's 9 / bytes; 0.61 is reached with 4 components, and with 20 bytes.
    assert "Beside PCA of as many bytes, deep leaves less" in lossy and "JPEG needs 6.7 times the bytes" in lossy
    assert published_claims.table(found).lines[1][1:8] == ["20.0", "100.0", "133.3", "66.7", "3", "4", "20"]
    assert said["They learn more interesting projections than PCA."] == (
        "Beside as many components, deep keeps as much area under R_NX (70.0), as many neighbors (70.0) and as many labels (97.0)."
    )
    assert said["Compressing first is a good strategy for t-SNE."] == (
        "Held against t-SNE of the raw data, t-SNE of codes is undecided: deep. Held against t-SNE of components, t-SNE "
        "of codes is worse: deep."
    )


@pytest.mark.parametrize("kind", ["vector", "sequence"])
def test_jpeg_is_spoken_of_with_images_only(made, kind):
    found = made(kind=kind)
    found = replace(found, rate_distortion=found.rate_distortion[found.rate_distortion["source"] != "jpeg"])
    html, _ = page.make(found)
    assert "JPEG" not in html and "They are lossy.</strong> Each loses something." in html


@pytest.mark.parametrize("worse", ["shuffled", "noise"])
def test_a_claim_fails_where_strangers_are_rebuilt_as_well(made, worse):
    found = made()
    found.robustness.loc[found.robustness["trial"] == worse, ["error", "low", "high"]] = [0.6, 0.55, 0.65]
    assert published_claims.claims(found)[0][1].startswith("It does not hold here that test rows")
