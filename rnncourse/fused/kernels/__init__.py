"""One kernel for each cell: its step and the step back, on feature-first arrays."""

import rnncourse.gru
import rnncourse.gru_reset_after
import rnncourse.lstm
import rnncourse.rnn
from rnncourse.fused.kernels import gru, gru_reset_after, lstm, rnn

KERNELS = {
    rnncourse.rnn: rnn,
    rnncourse.lstm: lstm,
    rnncourse.gru: gru,
    rnncourse.gru_reset_after: gru_reset_after,
}
