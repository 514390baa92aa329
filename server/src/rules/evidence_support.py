"""What every rule's `evidence.py` shares: a tiny random Llama, two trained adapters on disk, and named claims.

A rule says that a program goes wrong; its evidence runs that program with the real library. Everything is made on the
spot in a temporary directory (no download, no GPU), and a model is judged by its output alone: it computes what the
base model computes, what a trained adapter computes, or something else.
"""

import contextlib
import json
import os
import re
import sys
import tempfile
import warnings
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")

import peft
import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

transformers.utils.logging.disable_progress_bar()

# The paths that the rule documents use: their blocks run unchanged in the directory that holds these.
BASE = "meta-llama/Llama-3.2-1B"
SFT = "out/sft-adapter"
DPO = "out/dpo-adapter"

PROMPT = torch.tensor([[1, 5, 9, 13, 2, 7]])
VERSION = tuple(int(part) for part in re.findall(r"\d+", peft.__version__)[:3])

SECOND_TIME = "You are trying to modify a model with PEFT for a second time"
ALREADY_FOUND = "Already found a `peft_config` attribute in the model"
MISSING_KEYS = "Found missing adapter keys while loading the checkpoint"


class Skip(Exception):
    """The claim cannot be tried in this environment; the message says why."""


# --- the world the claims run in


def lora_config(**fields):
    return LoraConfig(**{"r": 4, "lora_alpha": 8, "target_modules": ["q_proj", "v_proj"], "task_type": "CAUSAL_LM", **fields})


def base_model():
    return AutoModelForCausalLM.from_pretrained(BASE).eval()


def fresh(**fields):
    """A base model in a new, untrained wrapper."""
    return get_peft_model(base_model(), lora_config(**fields))


def loaded(path=SFT, **options):
    """A base model with a trained adapter, the way PEFT's documentation loads it."""
    return PeftModel.from_pretrained(base_model(), path, **options)


def loaded_by_transformers(path=SFT):
    """The adapter's directory given to transformers itself, which loads base model and adapter."""
    try:
        return AutoModelForCausalLM.from_pretrained(path)
    except ImportError as error:
        raise Skip(f"transformers {transformers.__version__} needs a newer PEFT to load adapters: {error}") from error


def write_weights(model, seed, adapter="default"):
    """Gives an adapter the random weights of `seed`: the stand-in for a training run with a known result."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in model.named_parameters():
        if "lora_" in name and f".{adapter}." in name:
            parameter.data = torch.randn(parameter.shape, generator=generator) * 0.3


def train(model, steps=3):
    """Trains for real. Returns how many parameter tensors changed."""
    before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    trainable = [parameter for parameter in model.parameters() if parameter.requires_grad]
    if not trainable:
        return 0
    optimizer = torch.optim.AdamW(trainable, lr=0.05)
    model.train()
    for _ in range(steps):
        model(input_ids=PROMPT, labels=PROMPT).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    model.eval()
    return sum(not torch.equal(parameter, before[name]) for name, parameter in model.named_parameters())


# Rows of the embeddings after new tokens came to the 64 of the tiny model.
GROWN = 70


def new_rows(model, since=64):
    embeddings = model.get_input_embeddings()
    last = getattr(embeddings, "original_module", embeddings).weight.shape[0]
    return embeddings(torch.arange(since, last)).detach().clone()


def learn_tokens(model, since=64):
    """Trains on the new tokens. Returns how many of their rows changed."""
    before = new_rows(model, since)
    tokens = torch.arange(since, since + len(before)).unsqueeze(0)
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=0.05)
    for _ in range(3):
        model(input_ids=tokens, labels=tokens).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    return int((new_rows(model, since) != before).any(dim=1).sum())


def grown(**fields):
    """A wrap over embeddings that have grown before."""
    base = base_model()
    base.resize_token_embeddings(GROWN)
    return get_peft_model(base, lora_config(**fields))


def sft_trainer(model, **options):
    """A real TRL trainer, on the CPU and silent."""
    trl = needs("trl")
    args = trl.SFTConfig(output_dir="out/trainer", max_steps=1, use_cpu=True, bf16=False, report_to=[], disable_tqdm=True)
    data = needs("datasets").Dataset.from_dict({"text": ["w1 w2 w3 w4 w5"] * 8})
    tokenizer = transformers.AutoTokenizer.from_pretrained(BASE)
    return trl.SFTTrainer(model=model, args=args, train_dataset=data, processing_class=tokenizer, **options)


def _make_world():
    torch.manual_seed(0)
    shape = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "vocab_size": 64}
    heads = {"num_attention_heads": 4, "num_key_value_heads": 4}
    LlamaForCausalLM(LlamaConfig(**shape, **heads, tie_word_embeddings=False)).save_pretrained(BASE)
    _make_tokenizer().save_pretrained(BASE)
    for path, seed in ((SFT, 1), (DPO, 2)):
        model = fresh()
        write_weights(model, seed)
        model.save_pretrained(path)
    Path("train.jsonl").write_text(json.dumps({"text": "w1 w2 w3 w4 w5"}) + "\n", encoding="utf-8")


def _make_tokenizer():
    from tokenizers import Tokenizer, models, pre_tokenizers

    special = {"<pad>": 0, "<unk>": 1, "<eos>": 2}
    words = Tokenizer(models.WordLevel({**special, **{f"w{i}": i + 3 for i in range(40)}}, unk_token="<unk>"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=words, pad_token="<pad>", unk_token="<unk>", eos_token="<eos>"
    )


# --- what can be seen of a model; each returns (as claimed?, what was seen)


@torch.no_grad()
def output(model):
    was_training = model.training
    model.eval()
    logits = model(input_ids=PROMPT).logits.float()
    model.train(was_training)
    return logits


def same_output(first, second):
    return torch.allclose(output(first), output(second), atol=1e-5)


_references = {}


def computes(model):
    """Whose output the model reproduces: `base`, `sft`, `dpo` or `other`."""
    if not _references:
        _references.update(base=output(base_model()), sft=output(loaded(SFT)), dpo=output(loaded(DPO)))
    logits = output(model)
    return next((name for name, known in _references.items() if torch.allclose(logits, known, atol=1e-5)), "other")


def output_is(model, expected):
    seen = computes(model)
    return seen == expected, f"output == {seen}"


def output_survives_reload(model, expected, path="out/reloaded"):
    """Saves, loads onto a clean base, and compares: `expected` says whether the output is the same."""
    model.save_pretrained(path)
    again = PeftModel.from_pretrained(base_model(), path)
    same = same_output(model, again)
    return same == expected, "reloaded output == " + ("saved output" if same else computes(again))


def trainable_is(model, expected):
    seen = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    return (seen > 0) == expected, f"{seen} trainable parameters"


def trains(model):
    changed = train(model)
    return changed > 0, f"{changed} parameter tensors changed"


def adapter_keys(model):
    return [name for name, _ in model.named_parameters() if "lora_" in name]


def saved_keys(path):
    from safetensors import safe_open

    with safe_open(f"{path}/adapter_model.safetensors", framework="pt") as file:
        return list(file.keys())


def raises(kind, call):
    try:
        call()
    except kind as error:
        return True, f"{type(error).__name__}: {str(error).splitlines()[0][:100]}"
    return False, "nothing was raised"


def warned(call, expected):
    """`expected`: beginning of a warning → whether it is to appear."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        call()
    texts = [str(warning.message) for warning in caught]
    seen = {beginning: any(text.startswith(beginning) for text in texts) for beginning in expected}
    return seen == expected, "; ".join(f"{'warned' if was else 'no warning'}: {text}" for text, was in seen.items())


def since(*version):
    return VERSION >= version


def all_of(*observations):
    return all(seen for seen, _ in observations), "; ".join(detail for _, detail in observations)


def needs(module):
    """The module, or a skipped claim where it is not installed or does not work with this PEFT."""
    try:
        return __import__(module)
    except Exception as error:  # an old PEFT fails inside a new TRL in many ways
        raise Skip(f"{module} cannot be imported: {type(error).__name__}: {str(error)[:100]}") from error


# --- claims


class Evidence:
    """
    The claims of one rule. `python evidence.py` prints a line of JSON for each and exits 1 if one does not hold;
    `--fixed FOLDER` adds those about the fixed example.
    """

    def __init__(self, script):
        self.folder = Path(script).resolve().parent
        self.rule = self.folder.name.split("-", 1)[0]
        self.claims = []
        self.fixed = Path(sys.argv[2]).resolve() if sys.argv[1:2] == ["--fixed"] else None

    def claim(self, text):
        def register(function):
            self.claims.append((text, function))
            return function

        return register

    def block(self, heading, index=0):
        """The names that a python block under a heading of doc.md leaves behind, run as it is printed there."""
        return execute(python_blocks(self.folder / "doc.md", heading)[index])

    def cells(self, heading, index=0):
        """The cells of a notebook block under a heading of doc.md, for scripts that run them in another order."""
        block = python_blocks(self.folder / "doc.md", heading)[index]
        return re.split(r"^# %%.*\n", block, flags=re.M)

    def fixed_block(self, index):
        """The same for the `index`-th block under Bad after PEFT Lint's fix: a file in the folder that --fixed names."""
        if self.fixed is None:
            raise Skip("the fixed script is made by `npm run evidence`")
        return execute((self.fixed / f"bad-{index}.py").read_text(encoding="utf-8"))

    def run(self):
        start = os.getcwd()
        with tempfile.TemporaryDirectory() as directory, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            os.chdir(directory)
            _make_world()
            results = [self._try(text, function) for text, function in self.claims]
            os.chdir(start)  # Windows cannot remove the directory one stands in
        sys.exit(1 if "not observed" in results else 0)

    def _try(self, text, function):
        try:
            # stdout is for the results alone: trainers and print_trainable_parameters() write there, too
            with contextlib.redirect_stdout(sys.stderr):
                seen, detail = function()
            result = "observed" if seen else "not observed"
        except Skip as reason:
            result, detail = "skipped", str(reason)
        except Exception as error:
            result, detail = "not observed", f"{type(error).__name__}: {str(error)[:200]}"
        print(json.dumps({"rule": self.rule, "claim": text, "result": result, "detail": detail}, ensure_ascii=False), flush=True)
        return result


def python_blocks(document, heading):
    section = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", document.read_text(encoding="utf-8"), re.M | re.S)
    return re.findall(r"^```python(?: notebook)?\n(.*?)^```$", section.group(1), re.M | re.S)


def execute(source):
    # the one change to what is printed: TRL asks for a GPU unless told otherwise
    source = re.sub(r"\b(?:SFT|DPO)Config\(", r"\g<0>use_cpu=True, bf16=False, ", source)
    names = {"__name__": "__main__"}
    exec(compile(source, "<document>", "exec"), names)
    return names
