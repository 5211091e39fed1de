import { useNavigate } from "@tanstack/react-router";
import { NewActivityScreen } from "@/features/activity/NewActivityScreen";
import { useBrand } from "../brandContext";

export function NewActivity() {
  const brand = useBrand();
  const navigate = useNavigate();
  return (
    <NewActivityScreen
      key={brand.id}
      brand={brand}
      onStarted={(run) => void navigate({ to: "/b/$brand/runs/$run", params: { brand: brand.id, run } })}
      onRemedy={(to) => void navigate({ to: `/b/$brand/${to}`, params: { brand: brand.id } })}
    />
  );
}
