import type { Command } from 'commander';
import { CommanderError } from 'commander';
import { StatusError } from '../api/status-error.js';
import { UsageError } from './usage-error.js';

/** Runs a command line and sets the exit code: 0 fine, 1 the work failed, 2 the command line or a manifest is wrong. */
export async function run(program: Command, argv: readonly string[]): Promise<void> {
  everyCommand(program, (command) => command.exitOverride().configureOutput({ outputError: (text, write) => write(text) }));
  try {
    await program.parseAsync(argv);
  } catch (error) {
    process.exitCode = report(error);
  }
}

function everyCommand(command: Command, change: (command: Command) => void): void {
  change(command);
  command.commands.forEach((child) => everyCommand(child, change));
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2; // commander has printed its line
  if (error instanceof UsageError) {
    process.stderr.write(`error: ${error.message}\n`);
    return 2;
  }
  if (StatusError.is(error)) {
    process.stderr.write(`Error from server (${error.reason}): ${error.message}\n`);
    return 1;
  }
  process.stderr.write(`error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return 1;
}
