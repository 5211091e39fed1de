import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { SettingsScreen } from "@/features/settings/SettingsScreen";
import { useBrand } from "../brandContext";
import { Ledger } from "../Ledger";

export function Settings() {
  const brand = useBrand();
  const navigate = useNavigate();
  const client = useQueryClient();
  return (
    <SettingsScreen
      brand={brand}
      ledger={(most) => <Ledger most={most} />}
      onErased={() => {
        client.clear();
        void navigate({ to: "/" });
      }}
    />
  );
}
