"""PEFT028: base weights that are trained beside the adapter are not saved with it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)


def base_moved(model):
    """How many tensors of the base model are not what they were before the training."""
    before = base_model().state_dict()
    after = {name.replace(".base_layer", ""): value for name, value in model.get_base_model().state_dict().items()}
    moved = sum(not torch.equal(value, after[name]) for name, value in before.items() if name in after)
    return moved > 0, f"{moved} base tensors changed"


def reload_is_same(model, path, expected):
    same = same_output(model, PeftModel.from_pretrained(base_model(), path))
    return same == expected, "the reloaded model gives " + ("the same output" if same else "another output")


def trained(prepare, path):
    model = fresh()
    prepare(model)
    train(model)
    model.save_pretrained(path)
    return model


# --- the documented example


@evidence.claim("Bad: the base weights change, and the reloaded model gives another output")
def bad():
    needs("trl")
    model = evidence.block("Bad")["model"]
    return all_of(base_moved(model), reload_is_same(model, "out/adapter", False))


@evidence.claim("Good: with modules_to_save the reloaded model gives the same output")
def good():
    needs("trl")
    if not since(0, 13):
        raise Skip(f"modules_to_save of PEFT {peft.__version__} is not trained by this TRL")
    model = evidence.block("Good", 0)["model"]
    return reload_is_same(model, "out/adapter", True)


@evidence.claim("Good: merged, the whole model is saved as it was trained")
def good_merged():
    needs("trl")
    model = evidence.block("Good", 1)["model"]
    same = same_output(model, AutoModelForCausalLM.from_pretrained("out/model"))
    return same, "the reloaded model gives " + ("the same output" if same else "another output")


# --- other ways to the same


@evidence.claim("requires_grad_(True) on the wrapper or on the base variable does the same in a loop of one's own")
def other_ways():
    one = trained(lambda model: model.requires_grad_(True), "out/wrapper")
    two = trained(lambda model: model.get_base_model().requires_grad_(True), "out/variable")
    return all_of(
        base_moved(one), reload_is_same(one, "out/wrapper", False), base_moved(two), reload_is_same(two, "out/variable", False)
    )


@evidence.claim("no warning tells of it")
def silent():
    model = fresh()
    model.requires_grad_(True)
    train(model)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.save_pretrained("out/silent")
    texts = [str(warning.message) for warning in caught if "adapter" in str(warning.message) or "base" in str(warning.message)]
    return not texts, "; ".join(texts) or "no warning"


# --- what looks the same and is right


@evidence.claim("a loop over the adapter's parameters alone leaves the base weights as they are")
def filtered():
    def prepare(model):
        for name, parameter in model.named_parameters():
            parameter.requires_grad = "lora_" in name

    model = trained(prepare, "out/filtered")
    return all_of((not base_moved(model)[0], base_moved(model)[1]), reload_is_same(model, "out/filtered", True))


@evidence.claim("unfreezing before the wrap has no effect: the wrap freezes")
def before_wrap():
    base = base_model()
    base.requires_grad_(True)
    model = get_peft_model(base, lora_config())
    train(model)
    return not base_moved(model)[0], base_moved(model)[1]


@evidence.claim("an optimizer over the adapter alone leaves the base weights as they are")
def adapter_optimizer():
    model = fresh()
    model.requires_grad_(True)
    optimizer = torch.optim.AdamW([parameter for name, parameter in model.named_parameters() if "lora_" in name], lr=0.05)
    model(input_ids=PROMPT, labels=PROMPT).loss.backward()
    optimizer.step()
    return not base_moved(model)[0], base_moved(model)[1]


@evidence.claim("enable_input_require_grads() gives no base weight a gradient")
def inputs():
    model = fresh()
    model.enable_input_require_grads()
    train(model)
    return not base_moved(model)[0], base_moved(model)[1]


evidence.run()
