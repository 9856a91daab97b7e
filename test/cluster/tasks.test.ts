import { embedded } from "../support/environment.ts";
import { tasksScenarios } from "../support/scenarios/tasks.ts";

tasksScenarios(embedded);
