// tests/datasets/emtf_xml/small_emtf_xml.h: a correct EMTF XML file of two periods with covariances.
#pragma once
#include <string>

inline std::string small_emtf_xml() {
  return R"(<?xml version="1.0" encoding="UTF-8"?>
<EM_TF>
  <Description>Magnetotelluric Transfer Functions</Description>
  <ProductId>TEST.A01.2020</ProductId>
  <Site>
    <Id>A01</Id>
    <Location datum="WGS84">
      <Latitude>47.25</Latitude>
      <Longitude>-116.5</Longitude>
      <Elevation units="meters">850.5</Elevation>
    </Location>
    <Orientation angle_to_geographic_north="0.0">orthogonal</Orientation>
  </Site>
  <ProcessingInfo>
    <SignConvention>exp(+ i\omega t)</SignConvention>
    <ProcessingSoftware>
      <Name>EMTF</Name>
    </ProcessingSoftware>
  </ProcessingInfo>
  <DataTypes>
    <DataType name="Z" type="complex" output="E" input="H" units="[mV/km]/[nT]"/>
  </DataTypes>
  <SiteLayout>
    <InputChannels ref="site" units="m">
      <Magnetic name="Hx" orientation="10.0"/>
      <Magnetic name="Hy" orientation="100.0"/>
    </InputChannels>
    <OutputChannels ref="site" units="m">
      <Magnetic name="Hz" orientation="0.0"/>
      <Electric name="Ex" orientation="12.0"/>
      <Electric name="Ey" orientation="97.0"/>
    </OutputChannels>
  </SiteLayout>
  <Data count="2">
    <Period value="10.0" units="secs">
      <Z type="complex" size="2 2" units="[mV/km]/[nT]">
        <value name="Zxx" output="Ex" input="Hx">0.25 -0.5</value>
        <value name="Zxy" output="Ex" input="Hy">2.0 1.5</value>
        <value name="Zyx" output="Ey" input="Hx">-3.0 -2.5</value>
        <value name="Zyy" output="Ey" input="Hy">-0.125 0.75</value>
      </Z>
      <Z.VAR type="real" size="2 2">
        <value name="Zxx" output="Ex" input="Hx">0.02</value>
        <value name="Zxy" output="Ex" input="Hy">0.08</value>
        <value name="Zyx" output="Ey" input="Hx">0.005</value>
        <value name="Zyy" output="Ey" input="Hy">0.02</value>
      </Z.VAR>
      <Z.INVSIGCOV type="complex" size="2 2">
        <value output="Hx" input="Hx">0.5 0.0</value>
        <value output="Hx" input="Hy">0.1 0.2</value>
        <value output="Hy" input="Hx">0.1 -0.2</value>
        <value output="Hy" input="Hy">2.0 0.0</value>
      </Z.INVSIGCOV>
      <Z.RESIDCOV type="complex" size="2 2">
        <value output="Ex" input="Ex">0.04 0.0</value>
        <value output="Ex" input="Ey">0.01 -0.005</value>
        <value output="Ey" input="Ex">0.01 0.005</value>
        <value output="Ey" input="Ey">0.01 0.0</value>
      </Z.RESIDCOV>
      <T type="complex" size="1 2" units="[]">
        <value name="Tx" output="Hz" input="Hx">0.3 -0.1</value>
        <value name="Ty" output="Hz" input="Hy">-0.2 0.05</value>
      </T>
      <T.VAR type="real" size="1 2">
        <value name="Tx" output="Hz" input="Hx">0.0005</value>
        <value name="Ty" output="Hz" input="Hy">0.002</value>
      </T.VAR>
      <T.INVSIGCOV type="complex" size="2 2">
        <value output="Hx" input="Hx">0.5 0.0</value>
        <value output="Hx" input="Hy">0.1 0.2</value>
        <value output="Hy" input="Hx">0.1 -0.2</value>
        <value output="Hy" input="Hy">2.0 0.0</value>
      </T.INVSIGCOV>
      <T.RESIDCOV type="complex" size="1 1">
        <value output="Hz" input="Hz">0.001 0.0</value>
      </T.RESIDCOV>
    </Period>
    <Period value="20.0" units="secs">
      <Z type="complex" size="2 2" units="[mV/km]/[nT]">
        <value name="Zxx" output="Ex" input="Hx">0.2 -0.4</value>
        <value name="Zxy" output="Ex" input="Hy">1.5 1.0</value>
        <value name="Zyx" output="Ey" input="Hx">-2.0 -1.5</value>
        <value name="Zyy" output="Ey" input="Hy">-0.1 0.5</value>
      </Z>
      <Z.VAR type="real" size="2 2">
        <value name="Zxx" output="Ex" input="Hx">0.02</value>
        <value name="Zxy" output="Ex" input="Hy">0.08</value>
        <value name="Zyx" output="Ey" input="Hx">0.005</value>
        <value name="Zyy" output="Ey" input="Hy">0.02</value>
      </Z.VAR>
      <T type="complex" size="1 2" units="[]">
        <value name="Tx" output="Hz" input="Hx">0.2 -0.1</value>
        <value name="Ty" output="Hz" input="Hy">-0.1 0.05</value>
      </T>
    </Period>
  </Data>
</EM_TF>
)";
}
