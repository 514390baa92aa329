"""PEFT026: a trainer of TRL that gets a PeftModel and a `peft_config`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)


def since_trl(*version):
    """TRL works with this PEFT, and is of this version or later."""
    trl = needs("trl")
    needs("datasets")
    return tuple(int(part) for part in re.findall(r"\d+", trl.__version__)[:3]) >= version


def refuses(call):
    if not since_trl(0, 27):
        raise Skip("the error is of TRL 0.27")
    return raises(ValueError, call)


def adapter_of(trainer, name="lora_B.default"):
    return [parameter.detach().clone() for key, parameter in trainer.model.named_parameters() if name in key]


def learns(trainer):
    before = adapter_of(trainer)
    trainer.train()
    changed = sum(not torch.equal(a, b) for a, b in zip(before, adapter_of(trainer)))
    return changed > 0, f"{changed} of {len(before)} adapter tensors changed"


# --- the documented examples


@evidence.claim("Bad, fresh adapter: TRL raises a ValueError")
def bad_fresh():
    return refuses(lambda: evidence.block("Bad", 0))


@evidence.claim("Bad, loaded adapter: TRL raises a ValueError")
def bad_loaded():
    return refuses(lambda: evidence.block("Bad", 1))


@evidence.claim("Good, the wrapped model alone: the adapter that was made before is trained")
def good_wrapped():
    since_trl(0)
    names = evidence.block("Good", 0)
    moved = sum(bool(tensor.any()) for tensor in adapter_of(names["trainer"]))
    return all_of((names["trainer"].model is names["model"], "the trainer's model is the wrapper"), (moved > 0, f"{moved} tensors moved"))


@evidence.claim("Good, base model and config: the trainer wraps the model, and trains")
def good_config():
    since_trl(0)
    trainer = evidence.block("Good", 1)["trainer"]
    moved = sum(bool(tensor.any()) for tensor in adapter_of(trainer))
    return all_of((isinstance(trainer.model, PeftModel), "a PeftModel"), (moved > 0, f"{moved} tensors moved"))


@evidence.claim("Good, loaded trainable: training starts from the loaded adapter, and changes it")
def good_loaded():
    since_trl(0)
    trainer = evidence.block("Good", 2)["trainer"]
    loaded_weights = [p for key, p in loaded().named_parameters() if "lora_B.default" in key]
    after = adapter_of(trainer)
    changed = sum(not torch.equal(a, b) for a, b in zip(loaded_weights, after))
    near = all(torch.allclose(a, b, atol=0.01) for a, b in zip(loaded_weights, after))
    return changed > 0 and near, f"{changed} tensors changed, all near the loaded ones: {near}"


# --- why: what TRL's versions do, by hand


@evidence.claim("as TRL 0.20 and 0.21 did, get_peft_model around the PeftModel: the checkpoint gives the base model's output")
def nested():
    model = get_peft_model(loaded(), lora_config())
    train(model)
    return output_survives_reload(model, False, "out/nested")


@evidence.claim("as TRL 0.22 to 0.26 did, merge and wrap: training starts from the old adapter, and what is saved lacks it")
def merged():
    model = get_peft_model(loaded().merge_and_unload(), lora_config())
    start = output_is(model, "sft")
    model.save_pretrained("out/on-merged")
    return all_of(start, output_is(loaded("out/on-merged"), "base"))


@evidence.claim("other trainers that are said to raise the error do so in their source")
def other_trainers():
    import inspect

    if not since_trl(0, 27):
        raise Skip("the error is of TRL 0.27")
    names = ["SFTTrainer", "DPOTrainer", "GRPOTrainer", "RewardTrainer", "RLOOTrainer"]
    trl = needs("trl")
    found = [name for name in names if "You passed a `PeftModel` instance together with" in inspect.getsource(getattr(trl, name))]
    return found == names, ", ".join(found)


# --- what looks the same and is right


@evidence.claim("peft_config=None with a PeftModel: the adapter is trained")
def none_passed():
    return learns(sft_trainer(fresh(), peft_config=None))


@evidence.claim("the result of merge_and_unload() with a config: a new adapter is trained")
def after_merge():
    return learns(sft_trainer(loaded().merge_and_unload(), peft_config=lora_config()))


@evidence.claim("the result of unload() with a config: a new adapter is trained")
def after_unload():
    return learns(sft_trainer(fresh().unload(), peft_config=lora_config()))


# --- the fixes


@evidence.claim("Bad, fresh adapter, after PEFT Lint's fix: the adapter is trained")
def fresh_fixed():
    since_trl(0)
    trainer = evidence.fixed_block(0)["trainer"]
    moved = sum(bool(tensor.any()) for tensor in adapter_of(trainer))
    return moved > 0, f"{moved} tensors moved"


@evidence.claim("Bad, loaded adapter, after PEFT Lint's fix: the loaded adapter is trained on")
def loaded_fixed():
    since_trl(0)
    trainer = evidence.fixed_block(1)["trainer"]
    loaded_weights = [p for key, p in loaded().named_parameters() if "lora_B.default" in key]
    changed = sum(not torch.equal(a, b) for a, b in zip(loaded_weights, adapter_of(trainer)))
    return changed > 0, f"{changed} tensors changed"


@evidence.claim("merge first, as the suggestion does: TRL accepts the model, and training starts from the old adapter's output")
def merge_first():
    trainer = sft_trainer(loaded().merge_and_unload(), peft_config=lora_config())
    return output_is(trainer.model, "sft")


evidence.run()
