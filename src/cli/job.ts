import { Command } from "commander";
import { cancelJob, type JobRecord, jobStatus, listJobs, pauseJob, type RunOptions, resumeJob } from "../jobs/index.ts";
import { type ClientFlags, clientConfig, withClientFlags } from "./client-config.ts";
import { interruptible } from "./interruptible.ts";
import { jobLines, jobListLines } from "./jobs/job-screen.ts";
import { runJob } from "./jobs/run-job.ts";
import { refusable } from "./refusable.ts";
import { print } from "./terminal/print.ts";

interface JobFlags extends ClientFlags {
  readonly json?: boolean;
}

/** `miroir job`: jobs that change who owns what. */
export function jobCommand(): Command {
  const command = new Command("job").description("look after jobs that change who owns what");
  const list = withFlags("list", "show all jobs").action(async (flags: JobFlags) => {
    print(await refusable(listJobs(await clientConfig(flags))), flags, jobListLines);
  });
  const status = withFlags("status", "show how far a job is")
    .argument("[id]", ID)
    .action(async (id: string | undefined, flags: JobFlags) => {
      print(await refusable(jobStatus(await clientConfig(flags), id)), flags, jobLines);
    });
  return [
    list,
    status,
    driving("resume", "go on with a job that was paused, has failed, or whose process died", resumeJob),
    stopping("pause", "pause a job in good order, whoever drives it", pauseJob),
    stopping("cancel", "end a job; what has moved by then stays where it is", cancelJob),
  ].reduce((parent, child) => parent.addCommand(child), command);
}

const ID = "id of the job (default: the latest)";

type Call = (
  config: Awaited<ReturnType<typeof clientConfig>>,
  id: string | undefined,
  options: RunOptions,
) => Promise<JobRecord>;

function withFlags(name: string, description: string): Command {
  return withClientFlags(new Command(name)).description(description).option("--json", "print one JSON document");
}

function driving(name: string, description: string, call: Call): Command {
  return withFlags(name, description)
    .argument("[id]", ID)
    .action(async (id: string | undefined, flags: JobFlags) => {
      const config = await clientConfig(flags);
      await interruptible((signal) => runJob(flags, signal, (onProgress) => call(config, id, { signal, onProgress })));
    });
}

/** A job that stops as it was asked to is a success. */
function stopping(name: string, description: string, call: Call): Command {
  return withFlags(name, description)
    .argument("[id]", ID)
    .action(async (id: string | undefined, flags: JobFlags) => {
      const config = await clientConfig(flags);
      await interruptible(async (signal) => print(await refusable(call(config, id, { signal })), flags, jobLines));
    });
}
