"""PEFT040: an adapter on the meta device cannot be trained."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)


def on_meta(**fields):
    """A fresh wrapper whose adapter has no memory."""
    needs_argument()
    return get_peft_model(base_model(), lora_config(**fields), low_cpu_mem_usage=True)


def needs_argument():
    if not since(0, 14):
        raise Skip(f"get_peft_model of PEFT {peft.__version__} has no low_cpu_mem_usage")


def needs_trl():
    needs("trl")
    needs("datasets")


def devices(model, expected):
    seen = {parameter.device.type for name, parameter in model.named_parameters() if "lora_" in name}
    return seen == expected, f"adapter on {', '.join(sorted(seen))}"


# --- the documented examples


@evidence.claim("Bad: NotImplementedError, meta tensors cannot be moved")
def bad():
    needs_argument()
    needs_trl()
    return raises(NotImplementedError, lambda: evidence.block("Bad"))


@evidence.claim("Good, without the argument: training changes the adapter")
def good():
    needs_trl()
    model = evidence.block("Good", 0)["model"]
    changed = [name for name, value in model.named_parameters() if "lora_B" in name and value.abs().sum() > 0]
    return len(changed) > 0, f"{len(changed)} of lora_B are not zero"


@evidence.claim("Good, filled from a checkpoint: training runs")
def good_filled():
    needs_argument()
    needs_trl()
    return devices(evidence.block("Good", 1)["model"], {"cpu"})


# --- why


@evidence.claim("the call succeeds, and the adapter is on the meta device")
def is_empty():
    return devices(on_meta(), {"meta"})


@evidence.claim("a loop raises RuntimeError in backward()")
def by_hand():
    model = on_meta()
    return raises(RuntimeError, lambda: train(model))


@evidence.claim("add_adapter(low_cpu_mem_usage=True): a trainer's move of the model raises NotImplementedError")
def second():
    on_meta()
    model = fresh()
    model.add_adapter("second", lora_config(), low_cpu_mem_usage=True)
    model.set_adapter("second")
    return raises(NotImplementedError, lambda: model.to("cpu"))


@evidence.claim("inject_adapter_in_model(low_cpu_mem_usage=True): training raises RuntimeError")
def injected():
    on_meta()
    model = base_model()
    peft.inject_adapter_in_model(lora_config(), model, low_cpu_mem_usage=True)
    return raises(RuntimeError, lambda: train(model))


# --- what looks the same and is right


@evidence.claim("set_peft_model_state_dict(low_cpu_mem_usage=True) fills it: the output is the checkpoint's, and it trains")
def filled():
    model = on_meta()
    peft.set_peft_model_state_dict(model, peft.load_peft_weights(SFT), low_cpu_mem_usage=True)
    return all_of(output_is(model, "sft"), trains(model))


@evidence.claim("EVA: initialize_lora_eva_weights() fills it, and it trains")
def eva():
    initialize = getattr(peft, "initialize_lora_eva_weights", None)
    if initialize is None:
        raise Skip(f"PEFT {peft.__version__} has no EVA")
    model = on_meta(init_lora_weights="eva", eva_config=peft.EvaConfig(rho=1.0))
    batches = [{"input_ids": torch.randint(3, 40, (4, 8))} for _ in range(8)]
    initialize(model, batches, show_progress_bar=False)
    return all_of(devices(model, {"cpu"}), trains(model))


@evidence.claim("PeftModel.from_pretrained(low_cpu_mem_usage=True) loads weights that train")
def loaded_low():
    on_meta()
    model = loaded(is_trainable=True, low_cpu_mem_usage=True)
    return all_of(output_is(model, "sft"), trains(model))


# --- the fixes


@evidence.claim("Bad, after PEFT Lint's fix: training changes the adapter")
def bad_fixed():
    needs_trl()
    model = evidence.fixed_block(0)["model"]
    changed = [name for name, value in model.named_parameters() if "lora_B" in name and value.abs().sum() > 0]
    return len(changed) > 0, f"{len(changed)} of lora_B are not zero"


evidence.run()
