/** Every library that the catalogue knows. */
import { accelerate } from "./accelerate";
import { bitsandbytes } from "./bitsandbytes";
import { deepspeed } from "./deepspeed";
import { diffusers } from "./diffusers";
import { lightningLibraries } from "./lightning";
import { modelscope } from "./modelscope";
import { peft } from "./peft";
import { pythonLibraries } from "./python";
import { sentenceTransformers } from "./sentence-transformers";
import { swift } from "./swift";
import { torch } from "./torch";
import { transformers } from "./transformers";
import { trl } from "./trl";
import type { Library } from "./types";
import { unsloth } from "./unsloth";

export const LIBRARIES: readonly Library[] = [
	peft,
	transformers,
	trl,
	torch,
	accelerate,
	bitsandbytes,
	unsloth,
	swift,
	modelscope,
	sentenceTransformers,
	diffusers,
	deepspeed,
	...lightningLibraries,
	...pythonLibraries,
];
