"""PEFT015: a freeze after the wrap, or a config for inference, leaves nothing to train."""

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


@evidence.claim("Bad, inference_mode: training runs to its end, no parameter is trainable, and none changes")
def bad_config():
    names = example("Bad", 0)
    return all_of(trainable_is(names["model"], False), no_weight_changes(names["trainer"]))


@evidence.claim("Bad, a freeze: training runs to its end, no parameter is trainable, and none changes")
def bad_freeze():
    names = example("Bad", 1)
    return all_of(trainable_is(names["model"], False), no_weight_changes(names["trainer"]))


@evidence.claim("Good: the adapter is trainable and trains")
def good():
    return trains(example("Good", 0)["model"])


@evidence.claim("Good, frozen before the wrap: the adapter is trainable and trains")
def good_before():
    return trains(example("Good", 1)["model"])


# --- why


@evidence.claim("inference_mode=True leaves no trainable parameter, and gives no warning")
def config_for_inference():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        plain = fresh(inference_mode=True)
    none = not caught, f"{len(caught)} warnings"
    return all_of(none, trainable_is(plain, False))


@evidence.claim("the wrap freezes the base model by itself")
def base_is_frozen():
    names = [name for name, parameter in fresh().named_parameters() if parameter.requires_grad]
    return all("lora_" in name for name in names), f"{len(names)} trainable tensors, all of the adapter"


@evidence.claim("frozen through the base variable, the adapter is frozen, too")
def base_variable():
    base = base_model()
    model = get_peft_model(base, lora_config())
    base.requires_grad_(False)
    return trainable_is(model, False)


@evidence.claim("without gradients in the inputs training fails in the first backward pass")
def fails():
    model = fresh(inference_mode=True)
    return raises(RuntimeError, lambda: model(input_ids=PROMPT, labels=PROMPT).loss.backward())


# --- what looks the same and is right


@evidence.claim("set_adapter() gives the adapter its gradients back")
def given_back():
    model = fresh(inference_mode=True)
    model.set_adapter("default")
    return trains(model)


@evidence.claim("disable_adapter() gives the adapter gradients when it is left")
def left():
    model = fresh()
    model.requires_grad_(False)
    with model.disable_adapter():
        pass
    return trainable_is(model, True)


# --- the fixes


@evidence.claim("Bad, inference_mode, after PEFT Lint's fix: the adapter is trainable and trains")
def config_fixed():
    return trains(evidence.fixed_block(0)["model"])


@evidence.claim("Bad, a freeze, after PEFT Lint's suggestion: the adapter is trainable and trains")
def freeze_fixed():
    return trains(evidence.fixed_block(1)["model"])


evidence.run()
