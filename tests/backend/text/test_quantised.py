"""Eight-bit tables come back within their stated error."""

import torch

from kinema.text.quantised import SCALE, quantise, restored


def test_rows_come_back_within_half_a_step():
    weight = torch.randn(50, 16) * torch.logspace(-3, 2, 50)[:, None]
    rows, scale = quantise(weight)
    assert rows.dtype == torch.int8
    back = restored({"table": rows, "table" + SCALE: scale, "other": torch.ones(2).half()})
    assert set(back) == {"table", "other"}
    assert ((back["table"] - weight).abs() <= 0.5001 * scale).all()
    assert back["other"].dtype == torch.float32
