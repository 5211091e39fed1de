import { getRouteApi } from "@tanstack/react-router";
import { PieceScreen } from "@/features/piece/PieceScreen";
import { useBrand } from "../brandContext";
import { Source } from "./Source";

const route = getRouteApi("/b/$brand/pieces/$piece");

export function Piece() {
  const { piece } = route.useParams();
  const brand = useBrand();
  return (
    <PieceScreen
      key={piece}
      brand={brand}
      piece={piece}
      source={(citation, close) => <Source brand={brand.id} citation={citation} onClose={close} />}
    />
  );
}
