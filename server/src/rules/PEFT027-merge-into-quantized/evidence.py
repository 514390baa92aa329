"""PEFT027: a merge into 4-bit or 8-bit weights rounds what it adds."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)

SOURCE = Path(peft.__file__).parent / "tuners"


# The sixteen values of bitsandbytes' NF4, by which a block of 64 weights is divided up.
NF4 = torch.tensor(
    [-1.0, -0.6962, -0.5251, -0.3949, -0.2844, -0.1848, -0.0911, 0.0, 0.0796, 0.1609, 0.2461, 0.3379, 0.4407, 0.5626, 0.7230, 1.0]
)


def on_grid(weight):
    blocks = weight.reshape(-1, 64)
    scale = blocks.abs().max(dim=1, keepdim=True).values
    return (NF4[((blocks / scale).unsqueeze(-1) - NF4).abs().argmin(dim=-1)] * scale).reshape(weight.shape)


def lost_by(round_again, size=1.0):
    """The largest part of its adapter that a layer loses when base weights on NF4's grid take it in and are rounded."""
    model = fresh()
    train(model)
    layers = [layer for layer in model.modules() if isinstance(layer, peft.tuners.lora.Linear)]
    with torch.no_grad():
        deltas = [layer.get_delta_weight("default") * size for layer in layers]
        sums = [on_grid(layer.get_base_layer().weight) + delta for layer, delta in zip(layers, deltas)]
        return max(((round_again(both) - both).norm() / delta.norm()).item() for both, delta in zip(sums, deltas))


def says(file, *texts):
    source = " ".join((SOURCE / file).read_text(encoding="utf-8").split())
    missing = [text for text in texts if text not in source]
    return not missing, f"tuners/{file} " + (f"lacks {missing}" if missing else "says so")


# --- the documented example


@evidence.claim("Bad: the merged model is not the one that was trained")
def bad():
    needs("bitsandbytes")
    if not torch.cuda.is_available():
        raise Skip("needs a GPU; source: peft/tuners/lora/bnb.py, huggingface/peft#2321")
    before = loaded()
    merged = evidence.block("Bad")["model"]
    return not same_output(before, merged), "the output changed"


@evidence.claim("Good: merged into the base model in half precision, the output is the trained one up to that precision")
def good():
    evidence.block("Good")
    merged = output(AutoModelForCausalLM.from_pretrained("out/merged").float())
    error = (merged - output(loaded())).abs().max().item()
    far = (output(base_model()) - output(loaded())).abs().max().item()
    return error < far / 20, f"largest difference {error:.4f}, of the base model {far:.4f}"


# --- why


@evidence.claim("PEFT's source warns of rounding errors at both merges")
def warning():
    return says(
        "lora/bnb.py",
        "Merge lora module to 8-bit linear may get different generations due to rounding errors.",
        "Merge lora module to 4-bit linear may get different generations due to rounding errors.",
    )


@evidence.claim("PEFT's source puts the sum into quantized weights again")
def quantized_again():
    return says("lora/bnb.py", "bnb.nn.Int8Params(", "bnb.nn.Params4bit(")


@evidence.claim("recomputed on the grid of NF4: rounding the sum again takes a part of the trained adapter, and more of a smaller one")
def rounded_away():
    lost, lost_of_small = lost_by(on_grid), lost_by(on_grid, 0.1)
    return 0.05 < lost < lost_of_small, f"{lost:.0%} of it, {lost_of_small:.0%} of one a tenth the size"


@evidence.claim("recomputed: rounding the sum to bfloat16 takes next to nothing of it")
def half_precision():
    lost = lost_by(lambda weight: weight.bfloat16().float())
    return lost < 0.02, f"{lost:.2%} of it"


# --- what looks the same


@evidence.claim("PEFT's source refuses to merge IA3 there")
def ia3():
    return says("ia3/model.py", "layers when the model is loaded in 8-bit mode", "layers when the model is loaded in 4-bit mode")


evidence.run()
