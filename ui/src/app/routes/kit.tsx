import { useNavigate } from "@tanstack/react-router";
import { KitScreen } from "@/features/kit/KitScreen";
import { useBrand } from "../brandContext";
import { Source } from "./Source";

export function Kit() {
  const brand = useBrand();
  const navigate = useNavigate();
  return (
    <KitScreen
      key={brand.id}
      brand={brand}
      onLibrary={() => void navigate({ to: "/b/$brand/library", params: { brand: brand.id } })}
      source={(citation, close) => <Source brand={brand.id} citation={citation} onClose={close} />}
    />
  );
}
