"""PEFT023: module names in a form that PEFT does not read as names."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *
from peft import AdaptionPromptConfig, IA3Config, LoHaConfig

evidence = Evidence(__file__)

ERRORS = (ValueError, TypeError, AttributeError)


def wrap(**fields):
    return get_peft_model(base_model(), lora_config(**fields))


def trained(model):
    return sorted({name.split(".lora_A")[0].rsplit(".", 1)[1] for name in adapter_keys(model) if ".lora_A" in name})


def targets_are(model, expected):
    seen = trained(model)
    return seen == expected, f"adapters on {', '.join(seen)}"


def share(model):
    sizes = [(parameter.numel(), parameter.requires_grad) for parameter in model.get_base_model().parameters()]
    whole = sum(parameter.numel() for parameter in base_model().parameters())
    return sum(size for size, needs_grad in sizes if needs_grad), whole


# --- the documented examples


@evidence.claim("Bad, modules_to_save as a string: the wrap fails before 0.16; from 0.20 on as many parameters are trained as the base model has; between them the forward pass fails")
def bad_modules_to_save():
    if not since(0, 16):
        return raises(ERRORS, lambda: evidence.block("Bad", 0))
    model = evidence.block("Bad", 0)["model"]
    count, whole = share(model)
    everything = (count >= whole, f"{count} trainable, {whole} in the base model")
    if since(0, 20):
        return all_of(everything, trains(model))
    return all_of(everything, raises(TypeError, lambda: output(model)))


@evidence.claim("Bad, all-linear in a list: no module is found")
def bad_all_linear():
    return raises(ValueError, lambda: evidence.block("Bad", 1))


@evidence.claim("Bad, two names in one string: no module is found")
def bad_comma():
    return raises(ValueError, lambda: evidence.block("Bad", 2))


@evidence.claim("Good, lists: the named modules get adapters, and lm_head is trained and saved")
def good():
    model = evidence.block("Good", 0)["model"]
    model.save_pretrained("out/lists")
    heads = [key for key in saved_keys("out/lists") if "lm_head" in key]
    return all_of(targets_are(model, ["q_proj", "v_proj"]), (len(heads) == 1, f"saved: {', '.join(heads)}"), trains(model))


@evidence.claim("Good, a pattern: the modules that it matches get adapters")
def good_pattern():
    model = evidence.block("Good", 1)["model"]
    return all_of(targets_are(model, ["q_proj", "v_proj"]), trains(model))


# --- why


@evidence.claim("names with a space between them, the name of an inner layer as a string and a pattern in a list: no module is found")
def none_found():
    forms = ["q_proj v_proj", "q_proj", [r".*q_proj"], ["q_proj,v_proj"]]
    return all_of(*(raises(ValueError, lambda form=form: wrap(target_modules=form)) for form in forms))


@evidence.claim("the same of other tuners: IA3 and LoHa find no module")
def other_tuners():
    ia3 = IA3Config(target_modules="k_proj v_proj", feedforward_modules=[], task_type="CAUSAL_LM")
    loha = LoHaConfig(target_modules=["q_proj,v_proj"], task_type="CAUSAL_LM")
    return all_of(*(raises(ValueError, lambda one=one: get_peft_model(base_model(), one)) for one in (ia3, loha)))


@evidence.claim("a pattern, or all-linear, beside a name in a list: only the name counts, without a warning")
def partly():
    found = [targets_are(wrap(target_modules=[form, "v_proj"]), ["v_proj"]) for form in (r".*q_proj", "all-linear")]
    return all_of(*found, warned(lambda: wrap(target_modules=[".*q_proj", "v_proj"]), {"": False}))


@evidence.claim("a pattern in modules_to_save: nothing is saved, and nothing is said")
def pattern_to_save():
    model = wrap(modules_to_save=[".*lm_head"])
    model.save_pretrained("out/pattern")
    heads = [key for key in saved_keys("out/pattern") if "lm_head" in key]
    return not heads, f"{len(heads)} tensors of lm_head saved"


@evidence.claim("a pattern in a list of exclude_modules keeps nothing out (from 0.14 on)")
def pattern_to_exclude():
    if not since(0, 14):
        raise Skip("exclude_modules came with 0.14")
    model = wrap(exclude_modules=[r".*\.v_proj"])
    return targets_are(model, ["q_proj", "v_proj"])


@evidence.claim("a string with layers_to_transform: LoraConfig raises")
def layers():
    return raises(ValueError, lambda: LoraConfig(target_modules=".*q_proj", layers_to_transform=[0]))


@evidence.claim("the result of append is None: modules_to_save is not given, and the head is not saved")
def appended():
    names = ["q_proj", "v_proj"]
    config = lora_config(modules_to_save=names.append("lm_head"))
    return config.modules_to_save is None, f"modules_to_save == {config.modules_to_save}"


# --- what looks the same and is right


@evidence.claim("all-linear as a string (from 0.8 on): every linear layer but the head gets an adapter")
def all_linear():
    if not since(0, 8):
        raise Skip("all-linear came with 0.8")
    return targets_are(wrap(target_modules="all-linear"), sorted(["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]))


@evidence.claim("a module of the model itself, or a module's whole path, as a string is found")
def whole_path():
    return all_of(
        targets_are(wrap(target_modules="lm_head"), ["lm_head"]),
        targets_are(wrap(target_modules="model.layers.0.self_attn.q_proj"), ["q_proj"]),
    )


@evidence.claim("a network of one's own, whose layer has that name, takes it as a string")
def own_network():
    network = torch.nn.ModuleDict({"q_proj": torch.nn.Linear(4, 4)})
    model = get_peft_model(network, LoraConfig(target_modules="q_proj"))
    return targets_are(model, ["q_proj"])


@evidence.claim("AdaptionPromptConfig takes the name of a kind of module as a string")
def adaption_prompt():
    if not since(0, 18):
        raise Skip(f"AdaptionPromptConfig of PEFT {peft.__version__} does not work with transformers {transformers.__version__}")
    config = AdaptionPromptConfig(adapter_len=2, adapter_layers=1, target_modules="self_attn", task_type="CAUSAL_LM")
    return trainable_is(get_peft_model(base_model(), config), True)


@evidence.claim("a tuple and a set are as good as a list")
def collections():
    return all_of(*(targets_are(wrap(target_modules=form), ["q_proj", "v_proj"]) for form in ({"q_proj", "v_proj"}, ("q_proj", "v_proj"))))


# --- the fixes


@evidence.claim("Bad, modules_to_save, after PEFT Lint's fix: lm_head and the adapters are trained, and nothing else")
def fixed_modules_to_save():
    model = evidence.fixed_block(0)["model"]
    count, whole = share(model)
    return all_of((count < whole, f"{count} trainable, {whole} in the base model"), trains(model))


@evidence.claim("Bad, all-linear, after PEFT Lint's fix: the linear layers get adapters (from 0.8 on)")
def fixed_all_linear():
    if not since(0, 8):
        raise Skip("all-linear came with 0.8")
    model = evidence.fixed_block(1)["model"]
    return trains(model)


@evidence.claim("Bad, two names, after PEFT Lint's fix: both get adapters")
def fixed_comma():
    return targets_are(evidence.fixed_block(2)["model"], ["q_proj", "v_proj"])


evidence.run()
