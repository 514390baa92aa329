/** The command line's grammar: commands, options and their help. What they do is elsewhere. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { version } from "../workspace/version";
import { type CheckOptions, REPORT_FORMATS, type ReportFormat } from "./check/options";
import { ExitCode } from "./exit-code";
import { isRuleSelector } from "./rule-names";
import type { Terminal } from "./terminal";

/** One function per command; each returns what the process ends with. */
export interface Actions {
	readonly check: (options: CheckOptions, terminal: Terminal) => Promise<ExitCode>;
	readonly explain: (rule: string, locale: Locale, terminal: Terminal) => ExitCode;
	readonly rules: (format: Format, terminal: Terminal) => ExitCode;
	readonly graph: (file: string, stdinFilename: string | undefined, terminal: Terminal) => Promise<ExitCode>;
	readonly server: () => Promise<ExitCode>;
}

export type Format = "text" | "json";
export type Locale = "en" | "zh-cn";

interface CheckFlags {
	readonly outputFormat: ReportFormat;
	readonly statistics?: boolean;
	readonly fix?: boolean;
	readonly unsafeFixes?: boolean;
	readonly diff?: boolean;
	readonly select?: readonly string[];
	readonly ignore?: readonly string[];
	readonly exclude?: readonly string[];
	readonly stdinFilename?: string;
	readonly exitZero?: boolean;
	readonly quiet?: boolean;
	readonly verbose?: boolean;
}

export interface Invocation {
	readonly actions: Actions;
	readonly createTerminal: (color: boolean | undefined) => Terminal;
	readonly workingDirectory: string;
}

/** Parses the arguments and runs the command they name. */
export async function runProgram(args: readonly string[], invocation: Invocation): Promise<ExitCode> {
	let exitCode: ExitCode = ExitCode.clean;
	const program = describeProgram(invocation, (code) => {
		exitCode = code;
	});
	try {
		await program.parseAsync([...args], { from: "user" });
		return exitCode;
	} catch (error) {
		if (!(error instanceof CommanderError)) throw error;
		if (error.code === "commander.unknownCommand") suggestCheck(args, invocation);
		// Commander has said what is wrong; asking for help or the version is no error.
		return error.exitCode === 0 ? ExitCode.clean : ExitCode.error;
	}
}

/** `peft-lint train.py` means the command that is used most. */
function suggestCheck(args: readonly string[], { createTerminal, workingDirectory }: Invocation): void {
	const file = args.find((arg) => !arg.startsWith("-"));
	if (file === undefined || !existsSync(resolve(workingDirectory, file))) return;
	createTerminal(undefined).err(`Did you mean "peft-lint check ${file}"?\n`);
}

function describeProgram(invocation: Invocation, end: (code: ExitCode) => void): Command {
	const { actions, workingDirectory } = invocation;
	const program = new Command("peft-lint")
		.description("Finds the call orders that silently waste a Hugging Face PEFT fine-tuning run.")
		.version(version, "-V, --version", "Print the version.")
		.helpOption("-h, --help", "Print this help.")
		.helpCommand("help [command]", "Print the help of a command.")
		.option("--color", "Use colour even where the output is no terminal.")
		.option("--no-color", "Never use colour.")
		.configureHelp({ showGlobalOptions: true })
		.showSuggestionAfterError()
		.showHelpAfterError("Run with --help to see what is possible.")
		.exitOverride()
		.addHelpText("after", EXIT_CODES);
	const terminal = (): Terminal => invocation.createTerminal(program.opts<{ color?: boolean }>().color);

	program
		.command("check")
		.summary("Check Python files and notebooks and report what is wrong.")
		.description(
			"Checks Python files and Jupyter notebooks. Folders are searched for *.py, *.pyw and *.ipynb, honouring " +
				".gitignore; a file that is named is checked whatever its extension.",
		)
		.argument("[paths...]", 'Files and folders; "-" is standard input. Default: the working directory.')
		.addOption(new Option("--output-format <format>", "How to print.").choices(REPORT_FORMATS).default("text"))
		.addOption(
			new Option("--statistics", "Print how often each rule spoke, and no findings.").conflicts("outputFormat"),
		)
		.option("--fix", "Apply safe fixes.")
		.option("--unsafe-fixes", "With --fix or --diff: apply the preferred suggestions as well.")
		.option("--diff", "Print what --fix would change, and change nothing.")
		.option("--select <rules>", "Run these rules only: codes, prefixes or names, separated by commas.", selectors)
		.option("--ignore <rules>", "Leave these rules out.", selectors)
		.option("--exclude <patterns>", "Leave these files and folders out, in .gitignore's syntax.", list)
		.option("--stdin-filename <name>", "What to call standard input in the report.")
		.option("--exit-zero", "Exit with 0 even when something was found.")
		.option("-q, --quiet", "Print findings and errors, nothing else.")
		.option("-v, --verbose", "Say what was passed over, and why.")
		.addHelpText("after", `${FIX_WORDS}${EXIT_CODES}`)
		.action(async (paths: string[], flags: CheckFlags) => {
			end(await actions.check(checkOptions(paths, flags, workingDirectory), terminal()));
		});

	program
		.command("explain")
		.summary("Explain a rule: what it finds, why that is bad, what to do.")
		.description("Prints a rule's page: what it finds, why that is bad, what happens at run time, what to do.")
		.argument("<rule>", "Code or name: PEFT001, load-onto-wrapped-model.")
		.addOption(new Option("--locale <locale>", "Language of the page.").choices(["en", "zh-cn"]).default("en"))
		.action((rule: string, { locale }: { locale: Locale }) => end(actions.explain(rule, locale, terminal())));

	program
		.command("rules")
		.summary("List the rules.")
		.description("Lists every rule with its severity and the kind of fix it has.")
		.addOption(formatOption())
		.action(({ outputFormat }: { outputFormat: Format }) => end(actions.rules(outputFormat, terminal())));

	program
		.command("graph")
		.summary("Print what is known of every model in a file.")
		.description("Prints the model graph of a file: every model, and every event of its life in order.")
		.argument("<file>", 'A Python file or a notebook; "-" is standard input.')
		.option("--stdin-filename <name>", "What to call standard input.")
		.action(async (file: string, flags: { stdinFilename?: string }) => {
			end(await actions.graph(file, flags.stdinFilename, terminal()));
		});

	program
		.command("server")
		.summary("Start the language server.")
		.description(
			"Starts the language server, for editors: it speaks the Language Server Protocol over stdin and stdout.",
		)
		.option("--stdio", "Speak over standard input and output; the only way, and the default.")
		.action(async () => end(await actions.server()));

	return program;
}

const EXIT_CODES = `
Exit codes:
  0  nothing was found, or hints only
  1  something was found; with --diff: something would change
  2  wrong arguments, a file that could not be read, or an internal error
`;

const FIX_WORDS = `
Fixes:
  safe    means what the code meant; --fix applies it
  unsafe  may change what the code does; --fix --unsafe-fixes applies it
`;

function formatOption(): Option {
	return new Option("--output-format <format>", "How to print.").choices(["text", "json"]).default("text");
}

function checkOptions(paths: readonly string[], flags: CheckFlags, workingDirectory: string): CheckOptions {
	return {
		paths,
		format: flags.outputFormat,
		statistics: flags.statistics ?? false,
		selection: { select: flags.select, ignore: flags.ignore ?? [], severity: {} },
		exclude: flags.exclude ?? [],
		fix: flags.diff ? "diff" : flags.fix ? "write" : "no",
		unsafeFixes: flags.unsafeFixes ?? false,
		stdinFilename: flags.stdinFilename,
		exitZero: flags.exitZero ?? false,
		quiet: flags.quiet ?? false,
		verbose: flags.verbose ?? false,
		workingDirectory,
	};
}

/** `a,b` and a repeated option add up. */
function list(value: string, before: readonly string[] | undefined): string[] {
	const items = value.split(",").map((item) => item.trim());
	return [...(before ?? []), ...items.filter((item) => item !== "")];
}

function selectors(value: string, before: readonly string[] | undefined): string[] {
	const items = list(value, undefined);
	if (items.length === 0) throw new InvalidArgumentError("Name at least one rule.");
	const unknown = items.find((item) => !isRuleSelector(item));
	if (unknown !== undefined)
		throw new InvalidArgumentError(`"${unknown}" is no rule. Run "peft-lint rules" for a list.`);
	return [...(before ?? []), ...items];
}
