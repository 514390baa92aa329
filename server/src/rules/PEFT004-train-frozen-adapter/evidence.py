"""PEFT004: an adapter that is loaded without `is_trainable=True` does not train."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)


def no_weight_changes(trainer):
    """Trains it once more: the same step, with a look at every parameter before and after."""
    before = {name: parameter.detach().clone() for name, parameter in trainer.model.named_parameters()}
    trainer.train()
    changed = sum(not torch.equal(parameter, before[name]) for name, parameter in trainer.model.named_parameters())
    return changed == 0, f"{changed} parameter tensors changed"


def example(heading, index=0):
    """A documented script; it needs TRL and datasets."""
    needs("trl")
    needs("datasets")
    return evidence.block(heading, index)


# --- the documented examples


@evidence.claim("Bad: training runs to its end, no parameter is trainable, and none changes")
def bad():
    names = example("Bad")
    return all_of(trainable_is(names["model"], False), no_weight_changes(names["trainer"]))


@evidence.claim("Good: the adapter is trainable and trains")
def good():
    return trains(example("Good", 0)["model"])


@evidence.claim("Good, merged with a new adapter on top: it is trainable and trains")
def good_merged():
    return trains(example("Good", 1)["trainer"].model)


# --- why


@evidence.claim("from_pretrained() leaves no trainable parameter, and gives no warning")
def frozen():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = loaded()
    mine = [warning for warning in caught if "peft" in str(warning.filename)]
    return all_of(trainable_is(model, False), (not mine, f"{len(mine)} warnings"))


@evidence.claim("AutoPeftModelForCausalLM.from_pretrained() leaves no trainable parameter either")
def frozen_auto():
    return trainable_is(peft.AutoPeftModelForCausalLM.from_pretrained(SFT), False)


@evidence.claim("model.train() gives no gradients")
def train_mode():
    return trainable_is(loaded().train(), False)


@evidence.claim("without gradients in the inputs training fails in the first backward pass")
def fails():
    model = loaded()
    return raises(RuntimeError, lambda: model(input_ids=PROMPT, labels=PROMPT).loss.backward())


@evidence.claim("an optimizer over the parameters with gradients fails")
def empty_optimizer():
    model = loaded()
    trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
    return raises(ValueError, lambda: torch.optim.AdamW(trainable))


@evidence.claim("an adapter that load_adapter() adds is frozen, too")
def added():
    model = loaded()
    model.load_adapter(DPO, adapter_name="second")
    return trainable_is(model, False)


# --- what looks the same and is right


@evidence.claim("set_adapter() gives gradients")
def set_adapter():
    model = loaded()
    model.set_adapter("default")
    return trains(model)


@evidence.claim("disable_adapter() gives the adapter gradients when it is left")
def left():
    model = loaded()
    with model.disable_adapter():
        pass
    return trainable_is(model, True)


@evidence.claim("a new adapter that is made active trains")
def another():
    model = loaded()
    model.add_adapter("new", lora_config())
    model.set_adapter("new")
    return trains(model)


# --- the fixes


@evidence.claim("Bad, after PEFT Lint's fix: the adapter is trainable and trains")
def bad_fixed():
    return trains(evidence.fixed_block(0)["model"])


evidence.run()
