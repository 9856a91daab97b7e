import type { Reply } from "../http/message.ts";
import type { NodeState } from "../node-state.ts";
import type { TaskPlan } from "../tasks/task.ts";
import { taskSummary } from "../tasks/task-view.ts";

/** Takes a task in and answers it as accepted; some routes answer 200. */
export function enqueue(node: NodeState, plan: TaskPlan, status = 202): Reply {
  return { status, body: taskSummary(node.tasks.enqueue(plan)) };
}
