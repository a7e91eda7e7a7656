"""What a batch needs beside the pipeline: the job file, the record of what is finished, shots made by Blender."""
