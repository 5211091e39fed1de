import { Tooltip } from "@base-ui/react/tooltip";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useState } from "react";
import { Notices } from "@/components/Notices";
import { createQueryClient } from "@/rpc/query";
import { createAppRouter } from "./router";

export function App() {
  const [client] = useState(createQueryClient);
  const [router] = useState(createAppRouter);
  return (
    <QueryClientProvider client={client}>
      <Tooltip.Provider delay={400}>
        <RouterProvider router={router} />
        <Notices />
      </Tooltip.Provider>
    </QueryClientProvider>
  );
}
