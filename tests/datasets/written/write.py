"""Write the .h5ad beside this file with the AnnData that is installed: python write.py VERSION"""

import sys

import anndata
import numpy as np
import pandas as pd
import scipy.sparse as sp

rows = np.arange(24.0).reshape(6, 4) * (np.arange(24).reshape(6, 4) % 3 == 0)
names = [f"cell{number}" for number in range(6)]
obs = pd.DataFrame({"kind": pd.Categorical(list("abcabc")), "depth": np.arange(6)}, index=names)
var = pd.DataFrame({"length": np.arange(4)}, index=[f"g{number}" for number in range(4)])
made = anndata.AnnData(sp.csr_matrix(rows), obs=obs, var=var)
made.obsm["X_pca"] = rows[:, :2]
getattr(made, "write_h5ad", made.write)(f"anndata-{sys.argv[1]}.h5ad")
