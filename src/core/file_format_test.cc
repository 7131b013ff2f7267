// SPDX-License-Identifier: Apache-2.0
#include "core/file_format.h"

#include <gtest/gtest.h>

namespace boathouse::core {
namespace {

std::string found(std::string_view name, std::string_view sample, const FileOptions& told = {},
                  const std::vector<std::string>& columns = {}) {
  return to_text(form_of(name, sample, told, columns));
}

const std::string kComma = "CSV delimited by ',' with a header";
const std::string kCommaAlone = "CSV delimited by ',' without a header";

TEST(FileFormat, TheFormatIsFoundByContentThenByName) {
  EXPECT_EQ(found("a.csv", "id,name\n1,x\n"), kComma);
  EXPECT_EQ(found("a", "id,name\n1,x\n"), kComma);
  EXPECT_EQ(found("a.json", "[{\"id\":1}]"), "JSON");
  EXPECT_EQ(found("a.txt", " \n[{\"id\":1}]"), "JSON");
  EXPECT_EQ(found("a.txt", "\xef\xbb\xbf[{\"id\":1}]"), "JSON");
  EXPECT_EQ(found("a.json", "{\"id\":1}\n{\"id\":2}\n"), "NDJSON");
  EXPECT_EQ(found("a.json", "{\"id\":1}\n"), "JSON");
  EXPECT_EQ(found("a.json", "{\n\"id\":1\n}\n"), "JSON");
  EXPECT_EQ(found("a.jsonl", "{\"id\":1}\n"), "NDJSON");
  EXPECT_EQ(found("a.bin", "PAR1...."), "Parquet");
  EXPECT_EQ(found("a.csv", "PAR1...."), "Parquet");
  EXPECT_EQ(found("a.parquet", "nothing"), "Parquet");
  EXPECT_EQ(found("a.parquet.gz", "nothing"), "Parquet");
  EXPECT_EQ(found("a.csv", "{a},b\n1,2\n"), kComma);
  EXPECT_EQ(found("a.json", "nothing"), "JSON");
}

TEST(FileFormat, WhatIsToldIsNotDetected) {
  EXPECT_EQ(found("a.csv", "[1]", {.format = BodyFormat::json}), "JSON");
  EXPECT_EQ(found("a.json", "id,name\n", {.format = BodyFormat::csv}), kComma);
  EXPECT_EQ(found("a.csv", "a;b\n1;2\n", {.delimiter = ','}), "CSV delimited by ',' with a header");
  EXPECT_EQ(found("a.csv", "1,2\n3,4\n", {.header = true}), kComma);
  EXPECT_EQ(found("a.csv", "id,name\n1,x\n", {.header = false}), kCommaAlone);
}

TEST(FileFormat, TheDelimiterIsTheOneThatAllRecordsAgreeOn) {
  EXPECT_EQ(found("a.csv", "a;b;c\n1,5;2,5;x\n2,5;3,5;y\n"), "CSV delimited by ';' with a header");
  EXPECT_EQ(found("a.csv", "a|b\n1|x,y,z\n"), "CSV delimited by '|' with a header");
  EXPECT_EQ(found("a.csv", "a\tb\n1\t2\n"), "CSV delimited by tabs with a header");
  EXPECT_EQ(found("a.tsv", "a,b\tc\n"), "CSV delimited by tabs with a header");
  EXPECT_EQ(found("a.tsv.gz", "a\n"), "CSV delimited by tabs with a header");
  EXPECT_EQ(found("a.csv", "name\nx;y\n"), kComma) << "one column";
  EXPECT_EQ(found("a.csv", "a,b\n\"x;y\",\"p;q\"\n\"1;2;3\",z\n"), kComma);
  EXPECT_EQ(found("a.csv", "a;b\n\"x\n,\";2\n\"y\n,,\";3\n"), "CSV delimited by ';' with a header")
      << "quotes go over lines";
  EXPECT_EQ(found("a.csv", ""), kComma);
}

TEST(FileFormat, CommasInNumbersAndProseLoseAgainstAnotherDelimiter) {
  EXPECT_EQ(found("a.csv", "2020-01-01;3,5\n2020-01-02;4,5\n"), "CSV delimited by ';' without a header");
  EXPECT_EQ(found("a.csv", "59,91;10,75\n60,39;5,32\n"), "CSV delimited by ';' without a header");
  EXPECT_EQ(found("a.csv", "Name;Price, EUR\nx;2,50\ny;3,75\n"), "CSV delimited by ';' with a header");
  EXPECT_EQ(found("a.csv", "id\tname, first\n1\tA, B\n2\tC, D\n"), "CSV delimited by tabs with a header");
  EXPECT_EQ(found("a.csv", "1\ta,b\n2\tc,d\n"), "CSV delimited by tabs without a header");
  EXPECT_EQ(found("a.csv", "1,a;b,2,3\n4,c;d,5,6\n"), kCommaAlone) << "a list in one of the fields";
}

TEST(FileFormat, SemicolonsAndBarsInAFieldOfCommasAreNone) {
  for (std::string_view text :
       {"10.0.0.1,ann,Mozilla/5.0 (X11; Linux)\n10.0.0.2,bob,Opera/9 (X11; Linux)\n",
        "10.0.0.1,ann,\"Mozilla/5.0 (X11; Linux)\"\n10.0.0.2,bob,\"Opera/9 (X11; Linux)\"\n",
        "1,10.0.0.1,ann,Mozilla/5.0 (Windows NT 10.0; Win64; x64)\n2,10.0.0.2,bob,Opera (Windows NT 10.0; Win64; "
        "x64)\n",
        "1,A,x;y\n2,B,z;w\n", "1,x|y\n2,z|w\n", "1,\"a;b;c\"\n2,\"d;e;f\"\n", "1,\"say \"\"a;b\"\"\"\n2,\"c;d\"\n",
        "2020-01-01,started; ok\n2020-01-02,ended; ok\n", "1,a &amp; b\n2,c &amp; d\n"}) {
    EXPECT_EQ(found("a.csv", text), kCommaAlone) << text;
  }
  EXPECT_EQ(found("a.csv", "1;\"a,b,c\"\n2;\"d,e,f\"\n"), "CSV delimited by ';' without a header");
  EXPECT_EQ(found("a.csv", "part;size\nx;5\" pipe\ny;6\" pipe\n"), "CSV delimited by ';' with a header");
}

TEST(FileFormat, QuotesWithinAFieldDisqualifyNoDelimiter) {
  const std::string tabs = "CSV delimited by tabs without a header";
  const std::string bars = "CSV delimited by '|' without a header";
  for (std::string_view text :
       {"chr1\tHAVANA\t1\tgene_id \"E1\"; gene_type \"x\";\nchr2\tHAVANA\t2\tgene_id \"E2\"; gene_type \"y\";\n",
        "127.0.0.1\t-\t\"GET /\"\t200\tref=\"x\"\n127.0.0.2\t-\t\"GET /\"\t200\tref=\"y\"\n",
        "1\t{\"a\":1,\"b\":2}\n2\t{\"a\":3,\"b\":4}\n", "1\tAnn \"The Boss\" Lee\t5\n2\tBob \"It\" Lo\t6\n"}) {
    EXPECT_EQ(found("a.csv", text), tabs) << text;
  }
  EXPECT_EQ(found("a.csv", "12\" vinyl|9.99\n7\" vinyl|4.99\n"), bars);
  EXPECT_EQ(found("a.csv", "1|<a href=\"x\">y</a>\n2|<a href=\"z\">w</a>\n"), bars);
  EXPECT_EQ(found("a.csv", "A1;Pipe 3/4\" long;5\nA2;Pipe 1/2\" long;6\n"), "CSV delimited by ';' without a header");
  EXPECT_EQ(found("a.csv", "size 1/2\";price\n3;5\n4;6\n"), "CSV delimited by ';' with a header");
}

TEST(FileFormat, TabsWinAgainstListsInTheirFields) {
  for (std::string_view text : {"chr1\t100\tA,B,C,D,E\nchr2\t200\tF,G,H,I,J\n", "0\t1,2,3,4\n1\t5,6,7,8\n"}) {
    EXPECT_EQ(found("a.csv", text), "CSV delimited by tabs without a header") << text;
  }
  EXPECT_EQ(found("a.csv", "id,\tname,\tage\n1,\tAnn,\t5\n"), kComma) << "tabs that only align";
  EXPECT_EQ(found("a.csv", "52,52; 13,40\n52,53; 13,41\n"), "CSV delimited by ';' without a header");
  EXPECT_EQ(found("a.csv", "1; 21,5; 45,2\n2; 22,5; 44,2\n"), "CSV delimited by ';' without a header");
  EXPECT_EQ(found("a.csv", "1 | Lee, Ann\n2 | Lo, Bob\n"), "CSV delimited by '|' without a header");
}

TEST(FileFormat, ARecordWhoseFieldsCannotBeToldApartTellsNothing) {
  EXPECT_EQ(found("a.csv", "1\t2\n5\t6\n\"b\n["), "CSV delimited by tabs without a header");
  EXPECT_EQ(found("a.csv", ",2\n1,b\n2,\"b\n["), kComma);
  EXPECT_EQ(found("a.csv", "\"a\n1,2\n"), kComma);
  EXPECT_EQ(found("a.csv", "\"a\"x,b\n1,2\n3,4\n"), kComma) << "a broken header is one";
}

TEST(FileFormat, AHeaderIsARecordOfNamesOverValues) {
  EXPECT_EQ(found("a.csv", "1,x\n2,y\n"), kCommaAlone);
  EXPECT_EQ(found("a.csv", "2024-01-01,x\n2024-01-02,y\n"), kCommaAlone);
  EXPECT_EQ(found("a.csv", "ada,ada@example.org\neve,eve@example.org\n"), kCommaAlone);
  EXPECT_EQ(found("a.csv", "1,x\n"), kCommaAlone);
  EXPECT_EQ(found("a.csv", "x,y\n"), kComma);
  EXPECT_EQ(found("a.csv", "x,y\np,q\n"), kComma) << "words over words: the first record is taken for names";
  EXPECT_EQ(found("a.csv", "country,2019,year\nFR,1.5,2020\n"), kComma) << "a word over a value";
  EXPECT_EQ(found("a.csv", "1,2\n3,4\n", {}, {"1", "2"}), kComma) << "the table has such columns";
}

TEST(FileFormat, AHeaderMayHaveNamesThatLookLikeValues) {
  for (std::string_view text :
       {"country,2019,2020\nx,1,2\n", "0,1,2,label\n.1,.2,.3,cat\n", ",0,1,2\n0,.1,.2,.3\n", "2019,2020\n1,2\n",
        "k,2020-01-01\nx,5\n", "name,true\nx,y\n", "email@home,name\na@b.c,Bob\n", "1,2\nx,y\n", "0,1,2\n0.5,0.25,1\n",
        ",5,7\n0,.1,.2\n1,.3,.4\n", "k,2020-01-01,2020-01-02\nx,,5\ny,NA,\n", "true,false\n1,2\n"}) {
    EXPECT_EQ(found("a.csv", text), kComma) << text;
  }
  for (std::string_view text :
       {"1,Ada,3.5\n2,Bob,4.5\n", "1,2,3\n4,5,6\n", "1,true\n2,false\n", "0,Ada\n1,Bob\n", "2019,Ada\n2020,Bob\n",
        "2024-01-01,2024-01-02,x\n2024-01-03,2024-01-04,y\n", "1,5\n2,n/a\n3,7\n", "1,5\n2,\n3,NA\n", ",5,x\n,6,y\n",
        "0,1\n1,5\n", "0,1,alice\n1,5,bob\n", "bob,2019,2020\namy,2019,2021\n", "1.5,0\n2.5,1\n", "2019,2021\n1,2\n",
        "1,5\n2,x\n3,7\n"}) {
    EXPECT_EQ(found("a.csv", text), kCommaAlone) << text;
  }
}

TEST(FileFormat, OneOddFieldDoesNotMakeARowAHeader) {
  for (std::string_view text :
       {"1,Ann,12a\n2,Bob,14\n3,Cid,15\n", "1,Ann,NULL\n2,Bob,12\n",
        "1,Ann,n/a,2020-01-01T00:00:00Z\n2,Bob,12,2020-01-02T00:00:00Z\n", "1,SKU-1,5\n2,40012,6\n3,40013,7\n",
        "1,5\n2,unknown\n3,unknown\n", "1,Ann,ann@x.org\n2,Bob,none\n", "1,NA\n2,5\n"}) {
    EXPECT_EQ(found("a.csv", text), kCommaAlone) << text;
  }
  for (std::string_view text :
       {"emp,1,2,3,4\n17,8,8,8,8\n", "date,101,102,103\n2024-01-01,5.0,6.0,7.0\n", "id,400,410,420\n1,0.11,0.12,0.13\n",
        "Date,1,3,6,12\n2024-01-02,5.1,5.2,5.3,5.4\n", "SKU,30,60,90\n1001,5,6,7\n", "user_id,10,20,30\n7,1,0,1\n",
        "Name,1,2,Total\nAnn,5,6,11\n", "k,0.1,0.2,0.5\n1,0.9,0.8,0.7\n", "subject,1,2,3,1\n7,5,6,7,8\n",
        "ID,1/1/2024,1/2/2024\n7,1/5/2024,1/6/2024\n", "country,1990,2000,2010\nDE,79.4,82.2,81.8\n",
        "month,2023,2022,2021\nJan,5,6,7\n"}) {
    EXPECT_EQ(found("a.csv", text), kComma) << text;
  }
  EXPECT_EQ(found("a.csv", "bob,2019,2020\namy,2018,2021\n"), kCommaAlone) << "years of people";
  EXPECT_EQ(found("a.csv", "bob,1,2,3\namy,4,5,6\n"), kCommaAlone) << "words over words";
  EXPECT_EQ(found("a.csv", "-9223372036854775808,9223372036854775807\n1,2\n"), kCommaAlone) << "no step between them";
  EXPECT_EQ(found("a.csv", "1,2,3\n4,5,6\n"), kCommaAlone) << "no name beside them";
  EXPECT_EQ(found("a.csv", "id,2020,2021\n1,1800,1900\n"), kComma) << "amounts that could be years";
  EXPECT_EQ(found("a.csv", "2020,2021\n2021,2022\n"), kCommaAlone) << "rows of years";
  EXPECT_EQ(found("a.csv", "id,2020\n1,5\n2,6\n"), kComma) << "a year over numbers says nothing";
  EXPECT_EQ(found("a.csv", "id,code,12\n1,7,5\n2,8,6\n"), kComma) << "two against one";
}

TEST(FileFormat, TimesAddressesAmountsAndCodesAreValues) {
  for (std::string_view text :
       {"2020-01-01 10:00:00,start\n2020-01-01 11:00:00,stop\n", "192.168.1.0,web\n192.168.2.0,db\n",
        "0007,x0\n0008,y0\n", "90210,LA\n01234,Boston\n", "2020/01/01,x\n2020/01/02,y\n", "\"1,000\",x\n\"2,000\",y\n",
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301,x\n3F2504E0-4F89-11D3-9A0C-0305E82C3302,y\n", "10:15,x\n10:30,y\n",
        "+49 30 1234,x\n+49 30 1235,y\n", "5%,x\n7%,y\n"}) {
    EXPECT_EQ(found("a.csv", text), kCommaAlone) << text;
  }
  for (std::string_view text : {"shop,2020-01,2020-02\nx,5%,6%\n", "shop,2020-01,2020-02\nx,$5.00,$6.00\n",
                                "shop,2020-01,2020-02\nx,\"1,000\",\"2,000\"\n", "age,0-9,10-19,20-29\nUK,5%,6%,7%\n",
                                "day,08:00-09:00,09:00-10:00\nMo,5/7,6/7\n"}) {
    EXPECT_EQ(found("a.csv", text), kComma) << text;
  }
  EXPECT_EQ(found("a.csv", "x,$5\ny,$6.50\n"), kCommaAlone) << "an amount over an amount";
  for (std::string_view text :
       {"age,0-9,10-19\nUK,5,6\n", "day,at\n2020/01/01,10:15\n", "ip\n10.0.0.1\n", "shop,2020/01\nx,5\n"}) {
    EXPECT_EQ(found("a.csv", text), kComma) << text;
  }
}

TEST(FileFormat, CompressionIsFoundByTheFirstBytes) {
  EXPECT_EQ(folding_of("\x1f\x8b\x08"), base::Folding::gzip);
  EXPECT_EQ(folding_of("\x28\xb5\x2f\xfd"), base::Folding::zstd);
  EXPECT_EQ(folding_of("id,n"), base::Folding::none);
  EXPECT_EQ(folding_of(""), base::Folding::none);
}

TEST(FileFormat, ANameLosesWhatSaysHowTheFileIsMade) {
  EXPECT_EQ(file_name_of("data/sub/a.csv"), "a.csv");
  EXPECT_EQ(file_name_of("a.csv"), "a.csv");
  EXPECT_EQ(stem_of("a.csv"), "a");
  EXPECT_EQ(stem_of("a.csv.gz"), "a");
  EXPECT_EQ(stem_of("a.CSV.ZST"), "a");
  EXPECT_EQ(stem_of("a.v1.csv"), "a.v1");
  EXPECT_EQ(stem_of("a.gz"), "a");
  EXPECT_EQ(stem_of("a"), "a");
  EXPECT_EQ(stem_of(".csv"), "");
}

}  // namespace
}  // namespace boathouse::core
