"""PEFT021: what `PeftModel.from_pretrained` does not know, it drops."""

import inspect
import json
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)


def names_in(table):
    """The strings of one table of keywords.ts."""
    source = (evidence.folder / "keywords.ts").read_text(encoding="utf-8")
    body = re.search(rf"const {table}: .*?\[(.*?)\]\);", source, re.S).group(1)
    return set(re.findall(r'"(\w+)"', body))


def silently(call):
    """No Python warning, and nothing in the log."""
    import logging

    class Listener(logging.Handler):
        def emit(self, record):
            heard.append(record.getMessage())

    heard, listener = [], Listener(logging.WARNING)
    loggers = [logging.getLogger(name) for name in (None, "peft", "transformers", "huggingface_hub")]
    for logger in loggers:
        logger.addHandler(listener)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = call()
    for logger in loggers:
        logger.removeHandler(listener)
    heard += [str(warning.message) for warning in caught]
    return result, (not heard, f"{len(heard)} messages {heard[:1]}")


# --- the documented examples


@evidence.claim("Bad, is_trainble: no message, and no parameter is trainable")
def bad_slip():
    names, quiet = silently(lambda: evidence.block("Bad", 0))
    return all_of(quiet, trainable_is(names["model"], False), output_is(names["model"], "sft"))


@evidence.claim("Bad, lora_alpha=64: no message, and the checkpoint's value counts")
def bad_field():
    names, quiet = silently(lambda: evidence.block("Bad", 1))
    alpha = names["model"].peft_config["default"].lora_alpha
    return all_of(quiet, (alpha == 8, f"lora_alpha {alpha}"), output_is(names["model"], "sft"))


@evidence.claim("Good, is_trainable: training changes the adapter")
def good():
    return trains(evidence.block("Good", 0)["model"])


@evidence.claim("Good, a changed config: its lora_alpha counts")
def good_config():
    model = evidence.block("Good", 1)["model"]
    alpha = model.peft_config["default"].lora_alpha
    return all_of((alpha == 64, f"lora_alpha {alpha}"), output_is(model, "other"))


# --- what is ignored


@evidence.claim("no slip that is reported makes a parameter trainable")
def slips():
    names = ["is_trainble", "is_trainabel", "trainable", "is_train", "is_training"]
    models = [silently(lambda: loaded(**{name: True})) for name in names]
    return all_of(*(trainable_is(model, False) for model, _ in models), *(quiet for _, quiet in models))


@evidence.claim("no field that is reported has an effect, and no message")
def fields():
    given = {"r": 16, "lora_alpha": 64, "lora_dropout": 0.5, "bias": "all", "target_modules": ["k_proj"], "inference_mode": False}
    model, quiet = silently(lambda: loaded(**given, modules_to_save=["lm_head"], task_type="SEQ_CLS"))
    return all_of(quiet, output_is(model, "sft"), trainable_is(model, False))


@evidence.claim("every field that is reported is in a saved adapter_config.json")
def fields_are_saved():
    saved = set(json.loads(Path(SFT, "adapter_config.json").read_text(encoding="utf-8")))
    return names_in("FIELDS") <= saved, f"not saved: {sorted(names_in('FIELDS') - saved)}"


@evidence.claim("beside config= no field counts either")
def field_beside_config():
    config = peft.PeftConfig.from_pretrained(SFT)
    return output_is(loaded(config=config, lora_alpha=64), "sft")


@evidence.claim("lora_config= and peft_config= have no effect: the checkpoint's config counts")
def other_configs():
    models = [loaded(**{name: lora_config(r=16, lora_alpha=64)}) for name in sorted(names_in("CONFIGS"))]
    return all_of(*(output_is(model, "sft") for model in models))


@evidence.claim("torch_dtype, dtype, load_in_8bit, load_in_4bit: the adapter and the base model stay as they are, and no message")
def weights():
    given = {"torch_dtype": torch.float16, "dtype": torch.float16, "load_in_8bit": True, "load_in_4bit": True}
    model, quiet = silently(lambda: loaded(**given, quantization_config=object()))
    dtypes = {parameter.dtype for parameter in model.parameters()}
    return all_of(quiet, (dtypes == {torch.float32}, f"{dtypes}"), output_is(model, "sft"))


@evidence.claim("any other name: no message")
def unknown():
    model, quiet = silently(lambda: loaded(attn_implementation="sdpa", no_such_name=1))
    return all_of(quiet, output_is(model, "sft"))


# --- what is read, and not reported


@evidence.claim("every parameter of the signature and of huggingface_hub's download is known to the rule")
def signatures():
    from huggingface_hub import hf_hub_download

    given = [PeftModel.from_pretrained, PeftModel.load_adapter, peft.PeftMixedModel.from_pretrained, hf_hub_download]
    names = {name for function in given for name in inspect.signature(function).parameters} - {"self", "kwargs"}
    return names <= names_in("ACCEPTED"), f"unknown: {sorted(names - names_in('ACCEPTED'))}"


@evidence.claim("every keyword that from_pretrained and load_adapter look up in **kwargs is known to the rule")
def looked_up():
    source = "".join(inspect.getsource(getattr(PeftModel, name)) for name in ("from_pretrained", "load_adapter", "_split_kwargs"))
    names = set(re.findall(r'kwargs(?:\.get\(|\.pop\(|\[)"(\w+)"|"(\w+)" in kwargs', source))
    flat = {name for pair in names for name in pair if name}
    return bool(flat) and flat <= names_in("ACCEPTED"), f"{len(flat)} looked up, unknown: {sorted(flat - names_in('ACCEPTED'))}"


@evidence.claim("every field of LoraConfig is either in each saved config, or not reported")
def all_fields():
    from dataclasses import fields as fields_of

    names = {field.name for field in fields_of(LoraConfig)}
    left = names - names_in("FIELDS") - names_in("ACCEPTED")
    return not left, f"{len(names)} fields, unknown: {sorted(left)}"


@evidence.claim("a field that adapter_config.json lacks is taken from the keyword")
def gap():
    if "use_rslora" not in LoraConfig.__dataclass_fields__:
        raise Skip(f"PEFT {peft.__version__} has no use_rslora")
    shutil.copytree(SFT, "out/old", dirs_exist_ok=True)
    path = Path("out/old", "adapter_config.json")
    config = json.loads(path.read_text(encoding="utf-8"))
    del config["use_rslora"]
    path.write_text(json.dumps(config), encoding="utf-8")
    seen = loaded("out/old", use_rslora=True).peft_config["default"].use_rslora
    return seen, f"use_rslora {seen}"


@evidence.claim("AutoPeftModelForCausalLM hands torch_dtype on to the base model")
def auto():
    model = peft.AutoPeftModelForCausalLM.from_pretrained(SFT, torch_dtype=torch.float64)
    dtype = model.get_base_model().lm_head.weight.dtype
    return dtype == torch.float64, f"{dtype}"


@evidence.claim("PeftMixedModel.from_pretrained makes the adapter trainable, with is_trainable=False as well")
def mixed():
    return trainable_is(peft.PeftMixedModel.from_pretrained(base_model(), SFT, is_trainable=False), True)


# --- the fixes


@evidence.claim("Bad, is_trainble, after PEFT Lint's fix: training changes the adapter")
def slip_fixed():
    return trains(evidence.fixed_block(0)["model"])


@evidence.claim("Bad, lora_alpha, after PEFT Lint's fix: the same output as before")
def field_fixed():
    return output_is(evidence.fixed_block(1)["model"], "sft")


evidence.run()
