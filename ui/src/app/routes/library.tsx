import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { LibraryScreen } from "@/features/library/LibraryScreen";
import { useBrand } from "../brandContext";

const route = getRouteApi("/b/$brand/library");

export function Library() {
  const brand = useBrand();
  const search = route.useSearch();
  const navigate = useNavigate();
  return (
    <LibraryScreen
      key={brand.id}
      brand={brand}
      place={search}
      onPlace={(place) =>
        void navigate({ to: "/b/$brand/library", params: { brand: brand.id }, search: place, replace: true })
      }
    />
  );
}
