"""PEFT003: a model wrapped twice trains, and its checkpoint does not load."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)

DOUBLED = "base_model.model.base_model.model."


def wrapped_twice():
    return get_peft_model(fresh(), lora_config())


# --- the documented example


@evidence.claim("Bad: training works, and the saved adapter gives the base model's output on a clean base model")
def bad():
    model = evidence.block("Bad")["model"]
    trained = trains(model)
    model.save_pretrained("out/adapter")
    return all_of(trained, output_is(model, "other"), output_is(loaded("out/adapter"), "base"))


@evidence.claim("Good, one wrap: training works, and the saved adapter gives the trained output")
def good():
    model = evidence.block("Good", 0)["model"]
    return all_of(trains(model), output_is(model, "other"), output_survives_reload(model, True))


@evidence.claim("Good, add_adapter: the second adapter is trained, saved under its name and loads again")
def good_add_adapter():
    model = evidence.block("Good", 1)["model"]
    trained = trains(model)
    model.save_pretrained("out/two")
    same = same_output(loaded("out/two/second"), model)
    return all_of(trained, (same, f"same output: {same}"))


# --- why


@evidence.claim("every saved key has the doubled prefix")
def saved_keys_are_doubled():
    model = wrapped_twice()
    train(model)
    model.save_pretrained("out/doubled")
    keys = saved_keys("out/doubled")
    return all(key.startswith(DOUBLED) for key in keys), keys[0]


@evidence.claim("the second wrap re-initialises the first adapter and does not stack: no more adapter weights than before")
def does_not_stack():
    once, twice = fresh(), wrapped_twice()
    return len(adapter_keys(once)) == len(adapter_keys(twice)), f"{len(adapter_keys(once))} against {len(adapter_keys(twice))}"


@evidence.claim("the loss falls as it does with one wrap")
def loss_falls():
    def losses(model):
        loss = lambda: model(input_ids=PROMPT, labels=PROMPT).loss.item()
        before = loss()
        train(model)
        return before, loss()

    once, twice = losses(fresh()), losses(wrapped_twice())
    return twice[1] < twice[0] and once[1] < once[0], f"one wrap {once[0]:.3f} → {once[1]:.3f}, two {twice[0]:.3f} → {twice[1]:.3f}"


@evidence.claim("warnings: 'for a second time', `peft_config` found at the wrap from 0.15, missing keys at the reload from 0.14")
def warnings_by_version():
    model = fresh()
    expected = {SECOND_TIME: since(0, 15), ALREADY_FOUND: since(0, 15)}
    wrapping = warned(lambda: get_peft_model(model, lora_config()), expected)
    wrapped_twice().save_pretrained("out/warned")
    return all_of(wrapping, warned(lambda: loaded("out/warned"), {MISSING_KEYS: since(0, 14)}))


# --- the shapes it comes in


@evidence.claim("in a loop that wraps its own result: the prefix grows by one with each round")
def loop():
    model = base_model()
    for _ in range(3):
        model = get_peft_model(model, lora_config())
    train(model)
    model.save_pretrained("out/loop")
    key = saved_keys("out/loop")[0]
    return all_of((key.count("base_model.model.") == 3, key), output_is(loaded("out/loop"), "base"))


@evidence.claim("around the wrapper's .base_model (the tuner): the reloaded output equals the base model's")
def around_tuner():
    model = get_peft_model(fresh().base_model, lora_config(task_type=None))
    train(model)
    return output_survives_reload(model, False, "out/tuner")


# --- what looks the same and is right


@evidence.claim("wrapping the base variable again with the same targets: what is saved loads again")
def base_variable():
    base = base_model()
    get_peft_model(base, lora_config())
    model = get_peft_model(base, lora_config())
    train(model)
    return output_survives_reload(model, True)


@evidence.claim("wrapping the result of unload(): what is saved loads again")
def after_unload():
    model = get_peft_model(fresh().unload(), lora_config())
    train(model)
    return output_survives_reload(model, True)


@evidence.claim("wrapping the result of merge_and_unload(): what is saved loads again")
def after_merge():
    model = get_peft_model(fresh().merge_and_unload(), lora_config())
    train(model)
    return output_survives_reload(model, True)


# --- the fixes, and the repair of a checkpoint


@evidence.claim("Bad, after PEFT Lint's fix: training works, and what is saved loads again")
def bad_fixed():
    model = evidence.fixed_block(0)["model"]
    return all_of(trains(model), output_survives_reload(model, True))


@evidence.claim("fix, second wrap deleted: the same numbers are trained, under keys that load")
def fix_deletes_second():
    once, twice = fresh(), wrapped_twice()
    shapes = [[tuple(p.shape) for n, p in model.named_parameters() if p.requires_grad] for model in (once, twice)]
    train(once)
    return all_of((shapes[0] == shapes[1], "same trainable shapes"), output_survives_reload(once, True))


@evidence.claim("fix, add_adapter and set_adapter: the second adapter is the one that is trained")
def fix_adds_adapter():
    model = fresh()
    model.add_adapter("second", lora_config(r=16))
    model.set_adapter("second")
    trainable = {name.split(".")[-2] for name, parameter in model.named_parameters() if parameter.requires_grad}
    return all_of((trainable == {"second"}, f"trainable: {trainable}"), trains(model))


@evidence.claim("repair: after the documented renaming of its keys the checkpoint gives the trained output")
def repair():
    model = wrapped_twice()
    train(model)
    model.save_pretrained("out/adapter")
    before = output_is(loaded("out/adapter"), "base")
    evidence.block("What happens at run time, by PEFT version")
    same = same_output(loaded("out/adapter"), model)
    return all_of(before, (same, f"after the renaming the same output: {same}"))


@evidence.claim("a loader that wraps twice as well finds the keys")
def loader_wraps_twice():
    model = wrapped_twice()
    train(model)
    model.save_pretrained("out/pair")
    same = same_output(PeftModel.from_pretrained(fresh(), "out/pair"), model)
    return same, f"same output: {same}"


evidence.run()
