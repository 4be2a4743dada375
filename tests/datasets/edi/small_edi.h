// tests/datasets/edi/small_edi.h: a correct EDI file of two frequencies, to be spoiled by the tests.
#pragma once
#include <string>

inline std::string small_edi() {
  return R"(>HEAD
  DATAID="S 01"
  LAT=-28:24:11.5
  LONG=24:15:00
  ELEV=1200.5
  EMPTY=1.0E+32

>INFO
  SIGNCONVENTION=exp(+iwt)

>=DEFINEMEAS
  REFLAT=-28:24:11.5
  REFLONG=24:15:00

>=MTSECT
  SECTID=S01
  NFREQ=2

>!****FREQUENCIES****!
>FREQ // 2
  10.0 0.5
>ZROT // 2
  0.0  0.0
>ZXXR ROT=ZROT // 2
  0.1 0.2
>ZXXI ROT=ZROT // 2
  0.3 0.4
>ZXX.VAR ROT=ZROT // 2
  0.02 0.04
>ZXYR ROT=ZROT // 2
  10.0  5.0
>ZXYI ROT=ZROT // 2
  11.0  5.5
>ZXY.VAR ROT=ZROT // 2
  0.08 0.18
>ZYXR ROT=ZROT // 2
  -12.0 -6.0
>ZYXI ROT=ZROT // 2
  -13.0 -6.5
>ZYX.VAR ROT=ZROT // 2
  0.32 0.5
>ZYYR ROT=ZROT // 2
  -0.15 -0.25
>ZYYI ROT=ZROT // 2
  -0.35 -0.45
>ZYY.VAR ROT=ZROT // 2
  0.02 0.04
>TXR.EXP ROT=ZROT // 2
  0.1 0.2
>TXI.EXP ROT=ZROT // 2
  0.01 0.02
>TXVAR.EXP ROT=ZROT // 2
  0.02 0.08
>TYR.EXP ROT=ZROT // 2
  -0.3 -0.4
>TYI.EXP ROT=ZROT // 2
  -0.03 -0.04
>TYVAR.EXP ROT=ZROT // 2
  0.02 0.08
>END
)";
}
