import { SettingsScreen } from "@/features/settings/SettingsScreen";
import { Ledger } from "../Ledger";

export function Settings() {
  return <SettingsScreen ledger={(most) => <Ledger most={most} />} />;
}
