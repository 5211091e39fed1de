/** Opens the window on invented data, to look at screens while they are built. Only `dev.html` loads it; the build never does. */
import { start } from "@/app/start";
import { samplePlatform } from "./answers";

void start(samplePlatform());
