import { start } from "./app/start";
import { choosePlatform } from "./platform/choose";

void choosePlatform().then(start);
