/** The brand of the address; every screen of a brand asks here which one it is. */
import { createContext, useContext } from "react";
import type { BrandView } from "@/generated/rpc";

export const BrandContext = createContext<BrandView | undefined>(undefined);

export function useBrand(): BrandView {
  const brand = useContext(BrandContext);
  if (!brand) throw new Error("BUG: brand screens are only drawn inside the frame");
  return brand;
}
