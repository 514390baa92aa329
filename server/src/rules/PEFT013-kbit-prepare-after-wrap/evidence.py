"""PEFT013: kbit preparation after the wrap freezes the adapter as well."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)


def prepare(model):
    return peft.prepare_model_for_kbit_training(model)


# --- the documented example


@evidence.claim("Bad: no parameter is trainable")
def bad():
    return trainable_is(evidence.block("Bad")["model"], False)


@evidence.claim("Good: prepared before the wrap, the adapter is trainable and trains")
def good():
    return trains(evidence.block("Good", 0)["model"])


@evidence.claim("Good, loaded to go on: the adapter is trainable and trains")
def good_loaded():
    return trains(evidence.block("Good", 1)["model"])


# --- why


@evidence.claim("the call after the wrap gives no warning")
def silent():
    model = fresh()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        prepare(model)
    return not caught, f"{len(caught)} warnings"


@evidence.claim("called on the base variable it freezes the adapter, too")
def base_variable():
    base = base_model()
    model = get_peft_model(base, lora_config())
    prepare(base)
    return trainable_is(model, False)


@evidence.claim("an adapter that was loaded with is_trainable=True is frozen, too")
def loaded_trainable():
    return trainable_is(prepare(loaded(is_trainable=True)), False)


@evidence.claim("training fails in the first backward pass")
def fails():
    model = prepare(fresh())
    return raises(RuntimeError, lambda: model(input_ids=PROMPT, labels=PROMPT).loss.backward())


@evidence.claim("TRL's trainer, which gives the inputs gradients, trains to its end and changes nothing")
def silent_training():
    model = prepare(fresh())
    trainer = sft_trainer(model)
    before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    trainer.train()
    changed = sum(not torch.equal(parameter, before[name]) for name, parameter in model.named_parameters())
    return changed == 0, f"{changed} parameter tensors changed"


# --- what looks the same and is right


@evidence.claim("set_adapter() gives the adapter its gradients back")
def given_back():
    model = prepare(fresh())
    model.set_adapter("default")
    return trains(model)


@evidence.claim("a new wrap over what was prepared is trainable")
def wrapped_again():
    return trains(get_peft_model(prepare(fresh().merge_and_unload()), lora_config()))


# --- the fixes


@evidence.claim("Bad, after PEFT Lint's fix: the adapter is trainable and trains")
def bad_fixed():
    return trains(evidence.fixed_block(0)["model"])


evidence.run()
