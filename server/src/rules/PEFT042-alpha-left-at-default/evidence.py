"""PEFT042: without `lora_alpha` the scaling is 8 / r."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)


def scaled_by(model, expected):
    seen = {module.scaling["default"] for module in model.modules() if isinstance(getattr(module, "scaling", None), dict)}
    return seen == {expected}, f"scaling {seen}"


@evidence.claim("Bad: the scaling is 8/64")
def bad():
    return scaled_by(evidence.block("Bad")["model"], 0.125)


@evidence.claim("Bad: there is no warning")
def no_warning():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        get_peft_model(base_model(), LoraConfig(r=64, task_type="CAUSAL_LM"))
    texts = [str(warning.message) for warning in caught]
    return not any("alpha" in text or "scaling" in text for text in texts), f"{len(texts)} warnings"


@evidence.claim("Good: the scaling is 128/64")
def good():
    return scaled_by(evidence.block("Good", 0)["model"], 2.0)


@evidence.claim("Good, with rsLoRA: the scaling is 8 by the root of 64")
def good_by_root():
    if not hasattr(LoraConfig(), "use_rslora"):
        raise Skip(f"PEFT {peft.__version__} has no rsLoRA")
    return scaled_by(evidence.block("Good", 1)["model"], 1.0)


evidence.run()
