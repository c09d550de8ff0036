"""ONNX's own cases for RNN, LSTM and GRU, which ship in the onnx package, run by rnncourse."""

import numpy as np
import pytest

from tests.parity.onnx_judge import load_cases, run_case

pytestmark = pytest.mark.parity

COVERED = [
    "test_gru_batchwise",
    "test_gru_bidirectional",
    "test_gru_defaults",
    "test_gru_reverse",
    "test_gru_seq_length",
    "test_gru_with_initial_bias",
    "test_lstm_batchwise",
    "test_lstm_bidirectional",
    "test_lstm_defaults",
    "test_lstm_reverse",
    "test_lstm_with_initial_bias",
    "test_rnn_seq_length",
    "test_simple_rnn_batchwise",
    "test_simple_rnn_bidirectional",
    "test_simple_rnn_defaults",
    "test_simple_rnn_reverse",
    "test_simple_rnn_with_initial_bias",
]
OUT_OF_SCOPE = {
    "test_lstm_with_peepholes": "its gates see c through weights P; no cell of ours has these",
}


@pytest.fixture(scope="module")
def cases():
    return load_cases()


def passes(case, answer):
    """Whether the answer is within the case's own tolerance."""
    ((_, expected),) = case.data_sets
    return all(
        np.allclose(mine, theirs, case.rtol, case.atol)
        for mine, theirs in zip(answer.values(), expected, strict=True)
    )


def test_every_case_is_covered_or_listed_with_its_reason(cases):
    assert set(cases) == set(COVERED) | set(OUT_OF_SCOPE)


@pytest.mark.parametrize("name", COVERED)
def test_case(cases, name):
    case = cases[name]
    answer = run_case(case)
    assert passes(case, answer)
    ((_, expected),) = case.data_sets
    for mine, theirs in zip(answer.values(), expected, strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-6, strict=True)


@pytest.mark.parametrize("name", OUT_OF_SCOPE)
def test_what_is_out_of_scope_is_refused(cases, name):
    with pytest.raises(ValueError, match="peepholes"):
        run_case(cases[name])


def test_no_covered_case_gives_lengths_or_initial_states(cases):
    """Only the case with peepholes does, so these are judged by ONNX Runtime on random data."""
    for name in COVERED:
        (node,) = cases[name].model.graph.node
        assert not any(node.input[4:])


def test_the_cases_hardly_tell_the_two_gru_forms_apart(cases):
    """Equal weights in all units, one step, saturation: the wrong form passes five of six."""
    grus = [name for name in COVERED if name.startswith("test_gru")]
    wrong = {name: run_case(cases[name], linear_before_reset=1) for name in grus}
    caught = [name for name in grus if not passes(cases[name], wrong[name])]
    assert caught == ["test_gru_seq_length"]
    ((_, expected),) = cases[caught[0]].data_sets
    assert np.abs(wrong[caught[0]]["Y_h"] - expected[0]).max() < 0.01


def test_the_cases_cannot_see_the_order_of_the_lstm_gates(cases):
    """All gates have equal weights: the case answers the same with its blocks reversed."""
    for name in COVERED:
        if name.startswith("test_lstm"):
            ((arrays, _),) = cases[name].data_sets
            for W in arrays[1:3]:
                for blocks in np.split(W, 4, axis=1):
                    np.testing.assert_array_equal(blocks, W[:, : blocks.shape[1]])
