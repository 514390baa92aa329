"""PEFT027: a merge into 4-bit or 8-bit weights rounds what it adds."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)

SOURCE = Path(peft.__file__).parent / "tuners"


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


# --- what looks the same


@evidence.claim("PEFT's source refuses to merge IA3 there")
def ia3():
    return says("ia3/model.py", "layers when the model is loaded in 8-bit mode", "layers when the model is loaded in 4-bit mode")


evidence.run()
