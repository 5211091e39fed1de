import activity from "./activity.json";
import brand from "./brand.json";
import common from "./common.json";
import errors from "./errors.json";
import frame from "./frame.json";
import home from "./home.json";
import kit from "./kit.json";
import library from "./library.json";
import piece from "./piece.json";
import run from "./run.json";
import said from "./said.json";
import settings from "./settings.json";
import shortcuts from "./shortcuts.json";

export const de = { activity, brand, common, errors, frame, home, kit, library, piece, run, said, settings, shortcuts };
