import { useTranslation } from "react-i18next";
import { Button } from "@/components/Button";
import { Dialog } from "@/components/Dialog";
import { BrandNameForm } from "./BrandNameForm";

interface Props {
  open: boolean;
  onClose(): void;
  onCreated(brand: string): void;
}

export function CreateBrandDialog({ open, onClose, onCreated }: Props) {
  const { t } = useTranslation(["brand", "common"]);
  return (
    <Dialog open={open} onClose={onClose} title={t("new")} description={t("explain")}>
      <BrandNameForm
        aside={<Button onClick={onClose}>{t("common:cancel")}</Button>}
        onCreated={(brand) => {
          onClose();
          onCreated(brand);
        }}
      />
    </Dialog>
  );
}
