/** Checkpoints on the hub that are pretrained networks and nothing more: a classifier's head is none of their weights. */

/** Whole ids, by the organisation that may stand in front of them. */
const PRETRAINED: readonly (readonly [organisation: string, name: string])[] = [
	["(?:google-bert/)?", "bert-(?:base|large)-(?:uncased|cased|chinese|multilingual-(?:un)?cased)"],
	["(?:google-bert/)?", "bert-large-(?:un)?cased-whole-word-masking"],
	["(?:FacebookAI/)?", "(?:roberta|xlm-roberta)-(?:base|large)"],
	["(?:distilbert/)?", "distilbert-base-(?:uncased|cased|multilingual-cased)"],
	["(?:distilbert/)?", "distilroberta-base"],
	["(?:albert/)?", "albert-(?:base|large|xlarge|xxlarge)-v[12]"],
	["(?:xlnet/)?", "xlnet-(?:base|large)-cased"],
	["microsoft/", "(?:m?deberta-(?:v[23]-)?(?:xsmall|small|base|large|xlarge|xxlarge)|mpnet-base)"],
	["google/", "(?:electra-(?:small|base|large)-discriminator|bigbird-roberta-(?:base|large))"],
	["answerdotai/", "ModernBERT-(?:base|large)"],
	["allenai/", "(?:scibert_scivocab_(?:un)?cased|longformer-(?:base|large)-4096)"],
	["(?:openai-community/)?", "gpt2(?:-medium|-large|-xl)?"],
	["meta-llama/", "Llama-2-\\d+b(?:-chat)?-hf"],
	["meta-llama/", "(?:Meta-)?Llama-3(?:\\.\\d)?-\\d+B(?:-Instruct)?"],
	["mistralai/", "Mistral-7B(?:-Instruct)?-v0\\.\\d"],
	["Qwen/", "Qwen[123]?(?:\\.5)?-[\\d.]+B(?:-Base|-Chat|-Instruct)?"],
	["google/", "gemma(?:-[23])?-\\d+b(?:-it|-pt)?"],
	["facebook/", "opt-[\\d.]+[mb]"],
	["EleutherAI/", "(?:pythia-[\\d.]+[mb](?:-deduped)?|gpt-neo-[\\d.]+[MB])"],
	["bigscience/", "bloom(?:-\\d+[mb]\\d*)?"],
	["tiiuae/", "falcon-\\d+b(?:-instruct)?"],
	["microsoft/", "phi-(?:1|1_5|2)"],
];

const IDS = new RegExp(`^(?:${PRETRAINED.map(([organisation, name]) => organisation + name).join("|")})$`, "i");

export function isPretrainedOnly(id: string | undefined): boolean {
	return id !== undefined && IDS.test(id);
}
