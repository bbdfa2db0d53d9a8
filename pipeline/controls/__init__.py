"""Control experiments: is what a map or a code shows in the data, or made by chance, by the method, or by the encoder?"""
