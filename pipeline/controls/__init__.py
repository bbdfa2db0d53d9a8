"""Control experiments: is what a map shows in the data, or made by chance or by the method?"""
