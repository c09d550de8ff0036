"""The training loop: it learns, it stops where it must, it loses nothing."""

import subprocess
import sys

import numpy as np
import pytest

from rnncourse import gru, losses, model, optim, tasks, train


def parabola(w, batch):
    """The loss w^2 / 2 scaled by the batch, and its gradient."""
    return float(batch * np.sum(w**2) / 2), batch * w


START = np.array([3.0, -4.0])  # length 5


def test_loss_falls_on_a_small_problem(rng):
    params = model.init_params(rng, gru, D=2, H=8, V=1)

    def loss_and_grads(params, batch):
        x, targets = batch
        return model.loss_and_grads(gru, params, x, targets, losses.squared_error, last_only=True)[
            :2
        ]

    batches = [tasks.adding_problem(rng, T=4, B=16) for _ in range(150)]
    result = train.fit(loss_and_grads, params, batches, lr=0.02)
    assert result.losses.shape == result.norms.shape == (150,)
    assert result.losses[-20:].mean() < 0.3 * result.losses[:20].mean()
    assert type(result.params) is model.Params


def test_one_step_is_clipped_and_then_taken_by_the_optimiser():
    result = train.fit(parabola, START, [1], optim.sgd, lr=0.1, clip=1.0)
    np.testing.assert_allclose(result.params, START - 0.1 * START / 5)
    assert result.losses.tolist() == [12.5]  # before the step
    assert result.norms.tolist() == [5.0]  # before clipping


def test_without_clip_the_whole_gradient_is_used():
    result = train.fit(parabola, START, [1, 2], optim.sgd, lr=0.1, clip=None)
    np.testing.assert_allclose(result.params, START * 0.9 * 0.8)
    np.testing.assert_allclose(result.norms, [5, 9])


def test_the_optimiser_remembers_between_steps():
    result = train.fit(parabola, START, [1, 3, 2], lr=0.1, clip=None)
    params, state = START, None
    for batch in [1, 3, 2]:
        params, state = optim.adam(params, batch * params, state, lr=0.1)
    np.testing.assert_array_equal(result.params, params)


def test_defaults_are_adam_with_a_small_step_and_a_clip_of_one():
    result = train.fit(parabola, START, [1, 100])
    spelt = train.fit(parabola, START, [1, 100], optim.adam, lr=1e-3, clip=1.0, progress=False)
    np.testing.assert_array_equal(result.params, spelt.params)


def test_parameters_given_are_not_changed():
    start = START.copy()
    start.flags.writeable = False
    result = train.fit(parabola, start, [1, 1])
    np.testing.assert_array_equal(start, START)
    assert not np.shares_memory(result.params, start)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_loss_that_is_not_finite_ends_the_training(bad):
    with pytest.raises(
        FloatingPointError, match=f"loss: expected a finite number, got {bad} at step 2; lower lr"
    ):
        train.fit(parabola, START, [1, 1, bad, 1])


@pytest.mark.parametrize("batches", [[], iter(())])
def test_no_batches_are_refused(batches):
    with pytest.raises(ValueError, match="batches: expected at least one batch, got none"):
        train.fit(parabola, START, batches)


def interrupted(*batches):
    yield from batches
    raise KeyboardInterrupt


@pytest.mark.parametrize("progress", [False, True])
def test_ctrl_c_keeps_what_was_learnt(capsys, progress):
    try:
        result = train.fit(parabola, START, interrupted(1, 1, 1), progress=progress)
    except KeyboardInterrupt:  # it would end the whole test run
        pytest.fail("Ctrl-C was passed on, and three steps are lost")
    full = train.fit(parabola, START, [1, 1, 1])
    np.testing.assert_array_equal(result.params, full.params)
    np.testing.assert_array_equal(result.losses, full.losses)
    assert "Stopped after 3 steps." in capsys.readouterr().out


def test_ctrl_c_before_the_first_step_is_passed_on():
    with pytest.raises(KeyboardInterrupt):
        train.fit(parabola, START, interrupted())


def test_progress_bar_shows_steps_and_loss(capsys):
    train.fit(parabola, START, [1, 1, 1], progress=True)
    bar = capsys.readouterr().err
    assert "3/3" in bar and "step" in bar and "loss=12.5" in bar


def test_without_progress_nothing_is_printed(capsys):
    train.fit(parabola, START, [1, 1, 1])
    assert capsys.readouterr() == ("", "")


def test_the_package_needs_numpy_alone():
    code = (
        "import sys, numpy; before = set(sys.modules); import rnncourse; "
        "rnncourse.train.fit(lambda w, b: (1.0, w), numpy.ones(1), [1]); "
        "print(*sorted({name.partition('.')[0] for name in set(sys.modules) - before}"
        " - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= {"numpy", "rnncourse"}
