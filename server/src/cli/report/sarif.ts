/** Findings in SARIF 2.1.0, for code scanning: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import type { Place } from "../../analysis/graph";
import { rules } from "../../rules/registry";
import type { Rule, Severity } from "../../rules/rule";
import { ruleUrl } from "../../rules/url";
import { version } from "../../workspace/version";
import type { FileResult, FixableFinding } from "../check/result";
import { fingerprints } from "./fingerprint";
import { type Spot, type Spots, spotsIn } from "./spots";
import { displayPath } from "./text";

const SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

const LEVELS: Readonly<Record<Severity, "error" | "warning" | "note">> = {
	error: "error",
	warning: "warning",
	information: "note",
	hint: "note",
};

/** The whole report: one run over all files. Paths below the working directory are relative to it. */
export function renderSarif(files: readonly FileResult[], workingDirectory: string): string {
	const fingerprint = fingerprints();
	const results = files.flatMap((file) => {
		const spots = spotsIn(file);
		return file.findings.map((entry) => {
			const spot = spots(entry.finding.place);
			const print = fingerprint(uriOf(spot, workingDirectory), entry.finding, spot);
			return result(entry, spots, print, workingDirectory);
		});
	});
	const driver = {
		name: "PEFT Lint",
		informationUri: "https://github.com/peft-lint/peft-lint",
		semanticVersion: version,
		rules: rules.map(descriptor),
	};
	const report = {
		$schema: SCHEMA,
		version: "2.1.0",
		runs: [{ tool: { driver }, columnKind: "unicodeCodePoints", results }],
	};
	return `${JSON.stringify(report, undefined, 2)}\n`;
}

function descriptor({ meta }: Rule) {
	return {
		id: meta.code,
		name: meta.name,
		shortDescription: { text: meta.summary },
		helpUri: ruleUrl(meta),
		defaultConfiguration: { enabled: !meta.preview, level: LEVELS[meta.severity] },
		properties: { tags: [meta.category] },
	};
}

function result({ finding, fix }: FixableFinding, spots: Spots, print: string, workingDirectory: string) {
	const locationOf = (place: Place) => location(spots(place), workingDirectory);
	const steps = finding.timeline.map(({ place, message }) => ({
		location: { ...locationOf(place), message: { text: message } },
	}));
	const isNotebook = spots(finding.place).cell !== null;
	return {
		ruleId: finding.code,
		ruleIndex: rules.findIndex(({ meta }) => meta.code === finding.code),
		level: LEVELS[finding.severity],
		message: { text: finding.message },
		locations: [locationOf(finding.place)],
		partialFingerprints: { "peftLint/v1": print },
		...(steps.length > 0 && { codeFlows: [{ threadFlows: [{ locations: steps }] }] }),
		// What a fix would change of a notebook stands in JSON.
		...(fix !== undefined &&
			!isNotebook && {
				fixes: [
					{
						description: { text: fix.title },
						artifactChanges: [
							{
								artifactLocation: artifact(spots(finding.place), workingDirectory),
								replacements: fix.edits.map((edit) => ({
									deletedRegion: region(spots(edit)),
									insertedContent: { text: edit.text },
								})),
							},
						],
					},
				],
			}),
	};
}

/** A cell of a notebook has no lines of its own in the file. */
function location(spot: Spot, workingDirectory: string) {
	const artifactLocation = artifact(spot, workingDirectory);
	if (spot.cell === null) return { physicalLocation: { artifactLocation, region: region(spot) } };
	const { row } = spot.lines.locate(spot.span.start);
	return {
		physicalLocation: { artifactLocation },
		logicalLocations: [{ fullyQualifiedName: `cell ${spot.cell}, line ${row}` }],
	};
}

function artifact(spot: Spot, workingDirectory: string) {
	const uri = uriOf(spot, workingDirectory);
	return uri.startsWith("file:") ? { uri } : { uri, uriBaseId: "%SRCROOT%" };
}

function uriOf({ filename }: Spot, workingDirectory: string): string {
	const path = displayPath(filename, workingDirectory);
	if (isAbsolute(path)) return pathToFileURL(path).href;
	return path.replaceAll("\\", "/").split("/").map(encodeURIComponent).join("/");
}

function region({ lines, span }: Spot) {
	const from = lines.locate(span.start);
	const to = lines.locate(span.end);
	return { startLine: from.row, startColumn: from.column, endLine: to.row, endColumn: to.column };
}
