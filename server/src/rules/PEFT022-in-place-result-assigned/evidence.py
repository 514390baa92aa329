"""PEFT022: what a call in place returns is not the model."""

import ast
import inspect
import sys
import textwrap
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evidence_support import *

evidence = Evidence(__file__)


def is_none(name, result):
    return result is None, f"{name}: {type(result).__name__}"


def is_load_result(result):
    return hasattr(result, "unexpected_keys"), type(result).__name__


def returns_nothing(name, function):
    """No `return` of the function itself has a value."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(inspect.unwrap(function)))).body[0]
    nested = [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.Lambda)) and node is not tree]
    inner = {id(node) for function in nested for node in ast.walk(function)}
    values = [node for node in ast.walk(tree) if isinstance(node, ast.Return) and node.value is not None and id(node) not in inner]
    return not values, f"{name}: {len(values)} returns with a value"


# --- the documented examples


@evidence.claim("Bad, load_adapter: AttributeError at the next use")
def bad():
    return raises(AttributeError, lambda: evidence.block("Bad", 0))


@evidence.claim("Bad, set_peft_model_state_dict: AttributeError at the next use")
def bad_weights():
    return raises(AttributeError, lambda: evidence.block("Bad", 1))


@evidence.claim("Good, load_adapter: the second adapter is active")
def good():
    return output_is(evidence.block("Good", 0)["model"], "dpo")


@evidence.claim("Good, set_peft_model_state_dict: the weights are loaded, and no key is unexpected")
def good_weights():
    names = evidence.block("Good", 1)
    unexpected = names["result"].unexpected_keys
    return all_of(output_is(names["model"], "dpo"), (not unexpected, f"unexpected: {unexpected}"))


# --- what the calls return


@evidence.claim("load_adapter and set_peft_model_state_dict return the result of a load")
def loads():
    model = loaded()
    weights = peft.get_peft_model_state_dict(model)
    return all_of(is_load_result(model.load_adapter(DPO, adapter_name="dpo")), is_load_result(peft.set_peft_model_state_dict(model, weights)))


@evidence.claim("the other methods of a PEFT model return None")
def methods():
    model = loaded()
    given = {
        "add_adapter": ("b", lora_config()),
        "add_weighted_adapter": (["default", "b"], [0.5, 0.5], "c", "linear"),
        "set_adapter": ("b",),
        "delete_adapter": ("c",),
        "merge_adapter": (),
        "unmerge_adapter": (),
        "print_trainable_parameters": (),
    }
    return all_of(*(is_none(name, getattr(model, name)(*arguments)) for name, arguments in given.items()))


@evidence.claim("enable_input_require_grads and gradient_checkpointing_enable return None, wrapped or not")
def switches():
    names = ["enable_input_require_grads", "gradient_checkpointing_enable"]
    return all_of(*(is_none(name, getattr(model, name)()) for model in (base_model(), fresh()) for name in names))


@evidence.claim("replace_lora_weights_loftq, initialize_lora_eva_weights and the hotswap functions return nothing")
def functions():
    import importlib

    names = ["replace_lora_weights_loftq", "initialize_lora_eva_weights"]
    found = {name: getattr(peft, name) for name in names if hasattr(peft, name)}
    try:
        hotswap = importlib.import_module("peft.utils.hotswap")
        found.update({name: getattr(hotswap, name) for name in ("hotswap_adapter", "hotswap_adapter_from_state_dict")})
    except ImportError:
        pass
    if not found:
        raise Skip(f"PEFT {peft.__version__} has none of them")
    return all_of(*(returns_nothing(name, function) for name, function in found.items()))


@evidence.claim("peft.functional.set_adapter returns None")
def functional():
    try:
        from peft.functional import set_adapter
    except ImportError:
        raise Skip(f"PEFT {peft.__version__} has no peft.functional.set_adapter")
    return is_none("set_adapter", set_adapter(fresh(), "default"))


@evidence.claim("ms-swift's Swift.merge_and_unload, merge and unmerge return None")
def swift():
    raise Skip("needs ms-swift; source: modelscope/ms-swift@602360a56231, swift/tuners/base.py")


# --- what looks the same and is right


@evidence.claim("prepare_model_for_kbit_training, to, eval, train and merge_and_unload return a model")
def return_models():
    model = fresh()
    results = [peft.prepare_model_for_kbit_training(model), model.to("cpu"), model.eval(), model.train(), model.merge_and_unload()]
    isnt = [type(result).__name__ for result in results if not isinstance(result, torch.nn.Module)]
    return not isnt, f"no model: {isnt}"


# --- the fixes


@evidence.claim("Bad, load_adapter, after PEFT Lint's fix: the second adapter is active")
def bad_fixed():
    return output_is(evidence.fixed_block(0)["model"], "dpo")


@evidence.claim("Bad, set_peft_model_state_dict, after PEFT Lint's fix: the weights are loaded")
def weights_fixed():
    return output_is(evidence.fixed_block(1)["model"], "dpo")


evidence.run()
